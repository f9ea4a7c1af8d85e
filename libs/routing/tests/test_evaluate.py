"""Whole calls, and what an answer says about the way it went."""

from typing import Any

import pytest

from libs.routing import manager
from libs.routing.decision import Verdict, decision_json
from libs.routing.evaluate import chain_name
from libs.routing.outcome import Failure
from libs.routing.tests.envoys import ask, cluster, envoy, listener, tcp, with_routes

_FORWARD = {"match": {"prefix": "/"}, "route": {"cluster": "a"}}


def test_an_answer_names_every_step() -> None:
    """Listener, chain, route configuration, virtual host, route, clusters and endpoints."""
    plain = decision_json(ask(with_routes({**_FORWARD, "name": "first"})))
    steps = ("listener", "filter_chain", "route_config", "virtual_host", "route", "verdict")
    assert [plain[step] for step in steps] == ["http", "0", "routes", "host", "first", "forward"]
    assert plain["clusters"][0]["endpoints"][0]["address"] == "10.0.0.1"
    assert plain["error"] is None
    assert plain["action"]["timeout"] == 15.0


@pytest.mark.parametrize(
    ("route", "fields", "error", "reached"),
    [
        (_FORWARD, {"port": 81}, Failure.NO_LISTENER, None),
        (_FORWARD, {"host": "other"}, Failure.NO_VIRTUAL_HOST, None),
        ({**_FORWARD, "match": {"path": "/x"}}, {}, Failure.NO_ROUTE, "host"),
        ({**_FORWARD, "route": {"cluster": "gone"}}, {}, Failure.NO_ENDPOINTS, "host"),
        (_FORWARD, {"protocol": "tcp"}, Failure.PROTOCOL_ERROR, None),
    ],
)
def test_a_failure_is_named_and_the_steps_before_it_stay(
    route: dict[str, Any], fields: dict[str, Any], error: Failure, reached: str | None
) -> None:
    """What was not reached is null."""
    found = ask(with_routes(route, domains=["example.com"]), **fields)
    assert (found.error, found.verdict, found.virtual_host) == (error, Verdict.REFUSE, reached)


def test_plain_requests_that_must_be_encrypted_are_told() -> None:
    """The virtual host asks for TLS."""
    assert ask(with_routes(_FORWARD, require_tls="ALL")).error is Failure.TLS_REDIRECT


@pytest.mark.parametrize(
    ("route", "name"),
    [
        ({**_FORWARD, "route": {"cluster": "a", "cors": {}}}, "route.cors"),
        ({**_FORWARD, "route": {"cluster": "a", "metadata_match": {}}}, "route.metadata_match"),
        ({**_FORWARD, "match": {"prefix": "/", "tls_context": {}}}, "match.tls_context"),
        ({"match": {"prefix": "/"}, "non_forwarding_action": {}}, "route.non_forwarding_action"),
    ],
)
def test_a_field_that_is_not_understood_is_named(route: dict[str, Any], name: str) -> None:
    """The verdict is no guess, and the steps before it stay."""
    plain = decision_json(ask(with_routes(route)))
    assert plain["verdict"] == f"not decided: {name}"
    assert (plain["error"], plain["virtual_host"]) == (None, "host")


def test_the_black_hole_is_an_answer() -> None:
    """It has no endpoints on purpose."""
    found = ask(with_routes({**_FORWARD, "route": {"cluster": manager.BLACK_HOLE}}))
    assert (found.error, found.verdict) == (None, Verdict.FORWARD)


def test_a_connection_without_http_goes_to_its_cluster() -> None:
    """There is no route, but a cluster with its endpoints."""
    chain = {"name": "raw", "filters": [tcp("c")]}
    resources = envoy([listener("l", 80, [chain])], [cluster("c", "10.0.0.3:80")])
    found = ask(resources, protocol="tcp")
    assert (found.verdict, found.route, found.clusters[0].name) == (Verdict.FORWARD, None, "c")
    one = resources.listeners["l"]
    assert chain_name(one, one.filter_chains[0]) == "raw"
