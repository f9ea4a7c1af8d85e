"""The whole door."""

from fastapi.testclient import TestClient

from libs.fakes.clock import FakeClock
from services.api.app import application
from services.api.settings import ApiSettings


def test_it_says_that_it_is_alive() -> None:
    """For a supervisor."""
    client = TestClient(application(ApiSettings(), lambda _: None, FakeClock()))
    assert client.get("/livez").json() == {"status": "alive"}


def test_it_describes_itself() -> None:
    """Every address is in the description, but those for supervisors."""
    client = TestClient(application(ApiSettings(), lambda _: None, FakeClock()))
    paths = client.get("/openapi.json").json()["paths"]
    assert set(paths) == {"/webhooks/{name}", "/previews/{plan}", "/style.css"}
