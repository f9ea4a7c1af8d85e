"""Calls from other origins."""

from typing import Any

import pytest

from libs.routing.decision import Decision, Verdict
from libs.routing.filters import CORS
from libs.routing.headers import applied
from libs.routing.tests.envoys import ROUTER, ask, cluster, envoy, listener, manager

_FILTER = {"name": "cors", "typed_config": {"@type": f"type.googleapis.com/{CORS}"}}
_POLICY = {
    "@type": f"type.googleapis.com/{CORS.removesuffix('Cors')}CorsPolicy",
    "allow_origin_string_match": [{"exact": "http://known"}],
    "allow_methods": "PUT",
    "expose_headers": "x-a",
}
_FORWARD = {"route": {"cluster": "a"}}
_PREFLIGHT = {"access-control-request-method": "PUT"}


def _ask(origin: str, policy: Any, action: Any, method: str = "GET", **headers: str) -> Decision:
    held = {"cors": {**_POLICY, **policy}}
    routes = [{"match": {"prefix": "/"}, **action, "typed_per_filter_config": held}]
    config = {"name": "r", "virtual_hosts": [{"name": "h", "domains": ["*"], "routes": routes}]}
    chain = {"filters": [manager({"route_config": config}, [_FILTER, ROUTER])]}
    resources = envoy([listener("l", 80, [chain])], [cluster("a", "10.0.0.1:80")])
    return ask(resources, method=method, headers={"origin": origin, **headers})


def _response(found: Decision) -> dict[str, tuple[str, ...]]:
    assert found.action is not None
    return applied({}, found.action.headers.response)


def test_an_answer_to_a_permitted_origin_says_so() -> None:
    """The call goes on, and its answer is marked."""
    found = _ask("http://known", {}, _FORWARD)
    assert found.verdict is Verdict.FORWARD
    assert _response(found) == {
        "access-control-allow-origin": ("http://known",),
        "access-control-expose-headers": ("x-a",),
    }


def test_a_preflight_of_a_permitted_origin_reaches_no_workload() -> None:
    """The proxy answers it with what is allowed."""
    found = _ask("http://known", {}, _FORWARD, "OPTIONS", **_PREFLIGHT)
    assert (found.verdict, found.clusters) == (Verdict.RESPOND, ())
    assert _response(found)["access-control-allow-methods"] == ("PUT",)


@pytest.mark.parametrize(("forwards", "verdict"), [("true", "forward"), ("false", "respond")])
def test_a_preflight_of_another_origin_goes_on_unless_told_otherwise(
    forwards: str, verdict: str
) -> None:
    """Where it does not go on, its origin is not in the answer."""
    policy = {"forward_not_matching_preflights": forwards == "true"}
    found = _ask("http://other", policy, _FORWARD, "OPTIONS", **_PREFLIGHT)
    assert found.verdict == verdict
    assert "access-control-allow-origin" not in _response(found)


def test_a_redirect_has_no_policy() -> None:
    """Envoy reads policies of routes that forward only."""
    found = _ask("http://known", {}, {"redirect": {"path_redirect": "/b"}})
    assert (found.verdict, _response(found)) == (Verdict.REDIRECT, {})


def test_a_policy_for_a_share_of_calls_is_not_decided() -> None:
    """Chance decides whether it counts."""
    share = {"default_value": {"numerator": 50}}
    found = _ask("http://known", {"filter_enabled": share}, _FORWARD)
    assert found.undecided == "cors.filter_enabled"
