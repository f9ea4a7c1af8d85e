"""HTTP filters."""

from typing import Any

import pytest

from libs.routing.decision import Decision, Verdict
from libs.routing.filters import FAULT
from libs.routing.tests.envoys import ROUTER, ask, cluster, envoy, listener, manager

_URL = f"type.googleapis.com/{FAULT}"
_FILTER = {"name": "fault", "typed_config": {"@type": _URL}}


def _ask(filters: list[dict[str, Any]], **route: Any) -> Decision:
    routes = [{"match": {"prefix": "/"}, "route": {"cluster": "a"}, **route}]
    config = {"name": "r", "virtual_hosts": [{"name": "h", "domains": ["*"], "routes": routes}]}
    chain = {"filters": [manager({"route_config": config}, filters)]}
    return ask(envoy([listener("l", 80, [chain])], [cluster("a", "10.0.0.1:80")]))


def _fault(percent: int, **fields: Any) -> dict[str, Any]:
    status = fields.pop("http_status", 418)
    abort = {"http_status": status, "percentage": {"numerator": percent}}
    return {"@type": _URL, "abort": abort, **fields}


@pytest.mark.parametrize(
    ("percent", "verdict"), [(100, Verdict.ABORT), (50, Verdict.FORWARD), (0, Verdict.FORWARD)]
)
def test_only_a_fault_for_all_ends_every_call(percent: int, verdict: Verdict) -> None:
    """A share of the calls is told beside the way of the others."""
    found = _ask([_FILTER, ROUTER], typed_per_filter_config={"fault": _fault(percent)})
    assert found.verdict is verdict
    assert found.action is not None
    assert (found.action.fault is not None) is (percent > 0)


def _always(name: str, percent: int = 100, **fields: Any) -> dict[str, Any]:
    return {"name": name, "typed_config": _fault(percent, **fields)}


def test_the_first_filter_that_ends_every_request_is_the_last_that_counts() -> None:
    """What stands behind it sees nothing; faults of which two may count are not decided."""
    first, second = _always("one"), _always("two", http_status=419)
    found = _ask([first, second, ROUTER])
    assert found.verdict is Verdict.ABORT
    assert found.action is not None
    assert found.action.fault is not None
    assert found.action.fault.abort_status == 418
    assert _ask([_always("one", 50), second, ROUTER]).verdict is Verdict.NOT_DECIDED


@pytest.mark.parametrize(
    ("percent", "verdict"),
    [(100, Verdict.ABORT), (50, Verdict.NOT_DECIDED), (0, Verdict.REFUSE)],
)
def test_requests_without_a_route_meet_faults_as_well(percent: int, verdict: Verdict) -> None:
    """Filters stand before the answer that there is no route."""
    found = _ask([_always("one", percent), ROUTER], match={"prefix": "/other"})
    assert found.verdict is verdict


def test_a_fault_for_a_filter_that_is_not_there_does_nothing() -> None:
    """A route's settings count for the filters that the listener has."""
    found = _ask([ROUTER], typed_per_filter_config={"fault": _fault(100)})
    assert found.verdict is Verdict.FORWARD


def test_a_fault_may_be_for_another_cluster_or_header() -> None:
    """Its own conditions have to hold."""
    for condition in ({"upstream_cluster": "b"}, {"headers": [{"name": "x-a"}]}):
        fault = _fault(100, **condition)
        assert _ask([_FILTER, ROUTER], typed_per_filter_config={"fault": fault}).verdict is (
            Verdict.FORWARD
        )


def test_an_unknown_filter_is_named_unless_it_is_off() -> None:
    """What a filter of others does to a call cannot be told."""
    unknown = {"name": "mine", "typed_config": {"@type": "type.googleapis.com/my.Filter"}}
    assert _ask([unknown, ROUTER]).undecided == "filter mine (my.Filter)"
    assert _ask([{**unknown, "disabled": True}, ROUTER]).verdict is Verdict.FORWARD


def test_a_limit_of_requests_lets_one_call_pass() -> None:
    """Counts of other calls are none of the call's, and every limit allows one."""
    kind = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
    limit = {
        "name": "limit",
        "typed_config": {"@type": f"type.googleapis.com/{kind}", "stat_prefix": "a"},
    }
    assert _ask([limit, ROUTER]).verdict is Verdict.FORWARD
