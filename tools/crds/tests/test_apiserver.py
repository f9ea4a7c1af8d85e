"""A real API server takes the generated definitions, and judges by them as we do."""

import time
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml

from libs.meshapi.tests.casefiles import CASES
from tools.crds.definition import defined_kinds, definition
from tools.crds.tests.asked import Asked, ask
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.server import ApiServer

DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
ESTABLISHED_TIMEOUT_S = 30.0
BEYOND: dict[str, Sequence[str]] = yaml.safe_load(
    (Path(__file__).parent / "data" / "beyond.yaml").read_text(encoding="utf-8")
)


@pytest.fixture(scope="module")
def server(kube_fleet: Fleet) -> ApiServer:
    """A server over which every definition is installed and established."""
    server = kube_fleet.server("definitions")
    for model in defined_kinds():
        made = definition(model)
        answer = server.apply(f"{DEFINITIONS}/{made['metadata']['name']}", made)
        assert answer.status in (200, 201), (model.__name__, answer.body["message"][:500])
    deadline = time.monotonic() + ESTABLISHED_TIMEOUT_S
    while waiting := _conditions(server, "Established", "False", without=True):
        assert time.monotonic() < deadline, waiting
        time.sleep(0.1)
    return server


def _conditions(server: ApiServer, kind: str, status: str, *, without: bool = False) -> list[str]:
    """Give the definitions whose condition has this status, or is not there."""
    found = []
    for one in server.call("GET", DEFINITIONS).body["items"]:
        conditions = one.get("status", {}).get("conditions") or ()
        said = {condition["type"]: condition["status"] for condition in conditions}
        if said.get(kind, status if without else "") == status:
            found.append(one["metadata"]["name"])
    return found


@pytest.fixture(scope="module")
def asked(server: ApiServer) -> Sequence[Asked]:
    """Every object of a defined kind in the case files, with the server's answer."""
    return list(ask(server, CASES))


def test_every_schema_is_structural(server: ApiServer) -> None:
    """The server finds nothing to complain about in a definition that it established."""
    assert _conditions(server, "NonStructuralSchema", "True") == []
    assert len(_conditions(server, "Established", "True")) == len(defined_kinds())


def test_what_we_accept_is_accepted(asked: Sequence[Asked]) -> None:
    """No definition refuses an object that is right."""
    right = [one for one in asked if not one.errors]
    assert len(right) > 100
    assert [(o.case, o.name, o.answer.body["message"][:300]) for o in right if not o.taken] == []


def test_what_we_refuse_is_refused(asked: Sequence[Asked]) -> None:
    """Each error is the server's as well, at its place, or is listed as beyond what it can say."""
    missing = [
        f"{one.case}: {one.name}: {error.text}"
        for one in asked
        for error in one.errors
        if not one.says(error) and not _beyond(error.text)
    ]
    assert missing == []


def test_nothing_is_listed_in_vain(asked: Sequence[Asked]) -> None:
    """Each line of the list is about an error that the server does not know."""
    unsaid = [e.text for one in asked for e in one.errors if not one.says(e)]
    listed = [part for parts in BEYOND.values() for part in parts]
    assert [part for part in listed if not any(part in text for text in unsaid)] == []


def _beyond(text: str) -> bool:
    return any(part in text for parts in BEYOND.values() for part in parts)
