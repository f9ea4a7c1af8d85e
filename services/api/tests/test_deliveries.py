"""Deliveries through the application: what is genuine wakes, everything else has no effect."""

import hashlib
import hmac
import json
from collections.abc import Iterable

import pytest
from fastapi.testclient import TestClient

from libs.adapters.forges.webhooks import ForgeKind
from libs.fakes.clock import FakeClock
from services.api import deliveries
from services.api.app import application
from services.api.settings import ApiSettings, WebhookSettings

_SECRET = "a secret of the tests"
_HOOK = WebhookSettings(
    name="main",
    forge=ForgeKind.GITHUB,
    repository="fleet/configs",
    secret=_SECRET,
    pushes=("http://watcher/trigger",),
    requests=("http://previewer/trigger",),
)
_BODY = json.dumps({"repository": {"full_name": "fleet/configs"}}).encode()


class _Door:
    """The application, and what it woke."""

    def __init__(self) -> None:
        self.woken: list[str] = []
        app = application(ApiSettings(webhooks=(_HOOK,)), self._wake, FakeClock())
        self.client = TestClient(app)

    def _wake(self, triggers: Iterable[str]) -> None:
        self.woken += triggers

    def post(self, event: str = "pull_request", body: bytes = _BODY, **changed: str) -> int:
        """Send a delivery as GitHub would, with some headers changed."""
        digest = hmac.new(_SECRET.encode(), body, hashlib.sha256).hexdigest()
        headers = {
            "content-type": "application/json",
            "x-github-event": event,
            "x-github-delivery": "d-1",
            "x-hub-signature-256": f"sha256={digest}",
        } | {name.replace("_", "-"): value for name, value in changed.items()}
        return self.client.post("/webhooks/main", content=body, headers=headers).status_code


@pytest.mark.parametrize(
    ("event", "woken"),
    [
        ("pull_request", ["http://previewer/trigger"]),
        ("push", ["http://watcher/trigger", "http://previewer/trigger"]),
        ("ping", []),
    ],
)
def test_a_genuine_delivery_wakes_whom_it_concerns(event: str, woken: list[str]) -> None:
    """A push may move the base of pull requests too."""
    door = _Door()
    assert door.post(event) == 202
    assert door.woken == woken


def test_a_forged_delivery_has_no_effect() -> None:
    """Nothing in the answer says why."""
    door = _Door()
    assert door.post(x_hub_signature_256="sha256=" + "0" * 64) == 403
    assert door.post(x_hub_signature_256="") == 403
    assert door.woken == []


def test_a_repeated_delivery_has_no_effect() -> None:
    """The forge's own id says which one it is."""
    door = _Door()
    assert [door.post(), door.post(), door.post(x_github_delivery="d-2")] == [202, 409, 202]
    assert len(door.woken) == 2


def test_only_so_many_deliveries_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest is forgotten first."""
    monkeypatch.setattr(deliveries, "REMEMBERED_MAX", 2)
    door = _Door()
    answers = [door.post(x_github_delivery=str(number)) for number in (1, 2, 3, 1)]
    assert answers == [202, 202, 202, 202]


def test_a_body_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the limit is kept in memory, whatever length was promised."""
    monkeypatch.setattr(deliveries, "DELIVERY_BYTES_MAX", 1_000)
    door = _Door()
    taken: list[int] = []

    def endless() -> Iterable[bytes]:
        for number in range(100):
            taken.append(number)
            yield b"x" * 100

    assert door.client.post("/webhooks/main", content=endless()).status_code == 413
    assert door.woken == []


@pytest.mark.parametrize("body", [b"", b"null", b"{", b'{"repository": 1}', b"\x1f\x8b\x08"])
def test_a_malformed_delivery_has_no_effect(body: bytes) -> None:
    """Even with the right signature."""
    door = _Door()
    assert door.post(body=body) == 403
    assert door.woken == []


def test_an_unknown_address_is_none() -> None:
    """Names of webhooks are not guessed."""
    assert _Door().client.post("/webhooks/other", content=_BODY).status_code == 404
