"""What is done with a matched request."""

from typing import Any

import pytest

from libs.routing.actions import DEFAULT_TIMEOUT_S
from libs.routing.decision import Action, Decision, Verdict
from libs.routing.tests.envoys import ask, with_routes

_ALL = {"prefix": "/"}


def _found(route: dict[str, Any], **fields: Any) -> tuple[Decision, Action]:
    decision = ask(with_routes({"match": _ALL, **route}), **fields)
    assert decision.action is not None, decision
    return decision, decision.action


def test_shares_are_listed_without_those_that_get_nothing() -> None:
    """Weights are relative to their sum."""
    shares = [{"name": "a", "weight": 1}, {"name": "b", "weight": 3}, {"name": "c", "weight": 0}]
    found, _ = _found({"route": {"weighted_clusters": {"clusters": shares}}})
    assert [(one.name, one.weight) for one in found.clusters] == [("a", 1), ("b", 3)]


def test_a_cluster_may_be_named_by_a_header() -> None:
    """The request chooses, and a name that nobody has gets no endpoints."""
    route = {"route": {"cluster_header": "X-To"}}
    found, _ = _found(route, headers={"x-to": "b"})
    assert found.clusters[0].endpoints[0].address == "10.0.0.2"
    missing, _ = _found(route)
    assert missing.verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("action", "path", "host"),
    [
        ({"prefix_rewrite": "/x/"}, "/x/a?q=1", None),
        (
            {"regex_rewrite": {"pattern": {"regex": "a"}, "substitution": "b"}},
            "/b?q=1",
            None,
        ),
        ({"host_rewrite_literal": "other"}, None, "other"),
        ({"host_rewrite_header": "x-host"}, None, "third"),
    ],
)
def test_paths_and_hosts_are_rewritten(
    action: dict[str, Any], path: str | None, host: str | None
) -> None:
    """What is not rewritten is None."""
    route = {"route": {"cluster": "a", **action}}
    _, found = _found(route, path="/a?q=1", headers={"x-host": "third"})
    assert found.rewrite is not None
    assert (found.rewrite.path, found.rewrite.host) == (path, host)


def test_the_routes_own_host_is_set_after_that_of_a_share() -> None:
    """Without one the host that all shares have is the host."""
    shares = [{"name": name, "weight": 1, "host_rewrite_literal": "share"} for name in "ab"]
    weighted = {"weighted_clusters": {"clusters": shares}}
    for own, host in (({"host_rewrite_literal": "route"}, "route"), ({}, "share")):
        _, found = _found({"route": {**weighted, **own}})
        assert found.rewrite is not None
        assert found.rewrite.host == host


@pytest.mark.parametrize(
    ("stated", "limit"),
    [({}, DEFAULT_TIMEOUT_S), ({"timeout": "0s"}, None), ({"timeout": "2s"}, 2)],
)
def test_a_timeout_that_is_not_stated_is_envoys_own(
    stated: dict[str, str], limit: float | None
) -> None:
    """Zero switches it off, silence does not."""
    assert _found({"route": {"cluster": "a", **stated}})[1].timeout_s == limit


def test_retries_and_mirrors_of_the_virtual_host_count_where_the_route_has_none() -> None:
    """The nearest statement counts alone."""
    own = {"retry_on": "5xx", "num_retries": 3, "per_try_timeout": "1s"}
    resources = with_routes(
        {"match": {"prefix": "/own"}, "route": {"cluster": "a", "retry_policy": own}},
        {"match": _ALL, "route": {"cluster": "a"}},
        retry_policy={"retry_on": "reset"},
        request_mirror_policies=[{"cluster": "b", "disable_shadow_host_suffix_append": True}],
    )
    first, second = ask(resources, path="/own").action, ask(resources).action
    assert first is not None
    assert first.retries is not None
    assert (first.retries.attempts, first.retries.per_try_timeout_s) == (3, 1.0)
    assert second is not None
    assert second.retries is not None
    assert (second.retries.attempts, second.retries.on) == (1, "reset")
    assert [(one.cluster, one.percent) for one in second.mirror] == [("b", 100.0)]


def test_answers_without_an_upstream_are_told() -> None:
    """A body may be text or bytes."""
    found, action = _found({"direct_response": {"status": 418, "body": {"inline_bytes": "dGVh"}}})
    assert found.verdict is Verdict.RESPOND
    assert action.direct_response is not None
    assert (action.direct_response.status, action.direct_response.body) == (418, "tea")


def test_a_share_changes_headers_before_its_route() -> None:
    """The nearest operations come first."""
    share = {"name": "a", "weight": 1, "request_headers_to_remove": ["x-share"]}
    route = {
        "route": {"weighted_clusters": {"clusters": [share]}},
        "request_headers_to_remove": ["x-route"],
    }
    _, action = _found(route)
    assert [step.name for step in action.headers.request] == ["x-share", "x-route"]


@pytest.mark.parametrize(("second", "common"), [("x-same", True), ("x-other", False)])
def test_changes_that_shares_have_in_common_are_the_actions(second: str, *, common: bool) -> None:
    """Where shares differ, each tells its own."""
    shares = [
        {"name": name, "weight": 1, "request_headers_to_remove": [header]}
        for name, header in (("a", "x-same"), ("b", second))
    ]
    found, action = _found({"route": {"weighted_clusters": {"clusters": shares}}})
    assert [step.name for step in action.headers.request] == (["x-same"] if common else [])
    own = [step.name for one in found.clusters for step in one.request_headers]
    assert own == ([] if common else ["x-same", "x-other"])
