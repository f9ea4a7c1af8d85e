"""Rollouts over HTTP: who is known, and who may do what."""

import hashlib
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient

from libs.fakes.clock import FakeClock
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.rollouts import PlannedWave, RolloutPlan, RolloutState, Stage
from services.api.app import application
from services.api.people import PersonSettings, Role
from services.api.settings import ApiSettings

STRATEGY = '{"waves":[{"name":"canary","approval":{"groups":["sre"]}}]}'
PLAN = RolloutPlan(
    RevisionId("r1"),
    RevisionId("r2"),
    STRATEGY,
    (PlannedWave("canary", (ClusterName("east"),)),),
    authors=("Ann <ann@example.com>",),
    hash=PlanHash("p" * 64),
)


def _person(name: str, role: Role, *groups: str) -> PersonSettings:
    digest = hashlib.sha256(f"token of {name}".encode()).hexdigest()
    return PersonSettings(name=name, token_sha256=digest, role=role, groups=groups)


PEOPLE = (
    _person("vic", Role.VIEWER),
    _person("ann@example.com", Role.APPROVER, "sre"),
    _person("bob", Role.APPROVER, "sre"),
    _person("dev", Role.APPROVER, "web"),
    _person("olga", Role.OPERATOR),
)


@pytest.fixture
def store() -> FakeStore:
    """A store with a rollout that waits for an approval."""
    made = FakeStore()
    made.advance_rollout(RolloutState(1, 1, PLAN))
    return made


@pytest.fixture
def client(store: FakeStore) -> TestClient:
    """The door."""
    return TestClient(application(ApiSettings(people=PEOPLE), lambda _: None, FakeClock(), store))


def _as(name: str) -> Mapping[str, str]:
    return {"authorization": f"Bearer token of {name}"}


def _known(store: FakeStore) -> RolloutState:
    found = store.rollout()
    assert found is not None
    return found


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic token of olga"])
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/rollout"), ("GET", "/rollout/history"), ("POST", "/rollout/abort")],
)
def test_nobody_gets_an_answer_who_is_not_known(
    client: TestClient, store: FakeStore, header: str | None, method: str, path: str
) -> None:
    """And nothing happens."""
    headers = {} if header is None else {"authorization": header}
    answer = client.request(method, path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert _known(store).generation == 1


def test_a_viewer_looks_and_orders_nothing(client: TestClient, store: FakeStore) -> None:
    """The board and the history are for everybody who is known."""
    board = client.get("/rollout", headers=_as("vic")).json()["rollout"]
    assert (board["plan"], board["wave"]) == (PLAN.hash, "canary")
    for order in ("pause", "resume", "abort", "skip", "approve"):
        assert client.post(f"/rollout/{order}", headers=_as("vic")).status_code == 403
    assert client.get("/rollout/history", headers=_as("vic")).json() == {"events": []}
    assert _known(store).generation == 1


@pytest.mark.parametrize(
    ("name", "plan", "status", "reason"),
    [
        ("bob", PLAN.hash, 200, ""),
        ("bob", "q" * 64, 409, "it is for plan qqqqqqqqqqqq"),
        ("dev", PLAN.hash, 409, "in none of the groups sre"),
        ("ann@example.com", PLAN.hash, 409, "is an author of the change"),
    ],
)
def test_who_may_approve_is_the_wave_s_own_rule(
    client: TestClient, store: FakeStore, name: str, plan: str, status: int, reason: str
) -> None:
    """By groups, by plan, and never the author."""
    answer = client.post("/rollout/approve", headers=_as(name), params={"plan": plan})
    assert answer.status_code == status
    assert reason in str(answer.json())
    assert len(_known(store).approvals) == (1 if status == 200 else 0)


def test_an_operator_gives_orders_that_are_remembered(client: TestClient, store: FakeStore) -> None:
    """With who and why; an order that does not fit is refused in one sentence."""
    headers = _as("olga")
    refused = client.post("/rollout/resume", headers=headers)
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "the rollout is neither paused nor held",
    )
    assert client.post("/rollout/dance", headers=headers).status_code == 404
    params: dict[str, Any] = {"reason": "wrong"}
    answer = client.post("/rollout/abort", headers=headers, params=params)
    assert answer.json()["rollout"]["stage"] == Stage.RETURNING.value
    (event,) = client.get("/rollout/history", headers=headers).json()["events"]
    assert (event["who"], event["why"], event["occasion"]) == ("olga", "wrong", "aborted")
    assert _known(store).stage is Stage.RETURNING


def test_without_a_store_there_are_no_rollouts() -> None:
    """The address is not there."""
    client = TestClient(application(ApiSettings(people=PEOPLE), lambda _: None, FakeClock()))
    assert client.get("/rollout", headers=_as("olga")).status_code == 404


@pytest.mark.parametrize("digest", ["", "token of olga", "A" * 64])
def test_a_token_is_known_by_its_fingerprint_alone(digest: str) -> None:
    """A token in the settings is refused."""
    with pytest.raises(ValueError, match="no SHA-256"):
        PersonSettings(name="olga", token_sha256=digest)
