"""An observation is of calls that can have been seen."""

from typing import Any

import pytest

from libs.meshapi.rules.tests.rulecases import mesh_object, paths

_CALL: dict[str, Any] = {"source": {}, "host": "api", "port": 80, "seenBy": "callee", "tls": "mtls"}


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ({}, []),
        ({"seenBy": "caller", "tls": None}, []),
        ({"tls": None}, ["spec.calls[0].seenBy"]),
        ({"source": {"principal": "a/ns/b/sa/c"}}, []),
        (
            {"source": {"principal": "a/ns/b/sa/c"}, "tls": "plaintext"},
            ["spec.calls[0].source.principal"],
        ),
        ({"address": "192.0.2.7"}, []),
        ({"address": "api.example"}, ["spec.calls[0].address"]),
    ],
)
def test_who_sees_a_call_sees_how_it_is_made(call: dict[str, Any], expected: list[str]) -> None:
    """A caller without a certificate has no identity, and addresses are addresses."""
    assert paths(mesh_object("Observation", calls=({**_CALL, **call},))) == expected


@pytest.mark.parametrize(
    ("pods", "expected"),
    [
        ({"fd00::1": "shop/web-1"}, []),
        ({"cron": "shop/web-1"}, ["spec.podAddresses.cron"]),
        ({"fd00::1": "web-1"}, ["spec.podAddresses.fd00::1"]),
        ({"fd00::1": "/web-1"}, ["spec.podAddresses.fd00::1"]),
    ],
)
def test_pods_are_named_by_their_addresses(pods: dict[str, str], expected: list[str]) -> None:
    """Namespace and name, as the cluster knows them."""
    assert paths(mesh_object("Observation", podAddresses=pods)) == expected


def test_calls_end_after_they_began() -> None:
    """Or at the same moment, where there is one line."""
    first, last = "2026-05-03T00:00:00Z", "2026-05-04T00:00:00Z"
    assert paths(mesh_object("Observation", callsFrom=first, callsUntil=last)) == []
    assert paths(mesh_object("Observation", callsFrom=first, callsUntil=first)) == []
    wrong = mesh_object("Observation", callsFrom=last, callsUntil=first)
    assert paths(wrong) == ["spec.callsUntil"]
