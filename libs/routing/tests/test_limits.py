"""Local rate limits: which bucket a request draws from."""

from typing import Any

import pytest

from libs.routing.decision import Decision, Limit, Verdict
from libs.routing.tests.envoys import ROUTER, ask, cluster, envoy, listener, manager

_KIND = "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit"
_ALWAYS = {"default_value": {"numerator": 100}}
_BY_USER = {"request_headers": {"header_name": "x-user", "descriptor_key": "user"}}
_BY_PAGE = {"query_parameters": {"query_parameter_name": "page", "descriptor_key": "page"}}
_PLAIN = {"generic_key": {"descriptor_key": "kind", "descriptor_value": "any"}}


def _bucket(size: int) -> dict[str, Any]:
    return {"max_tokens": size, "tokens_per_fill": 2, "fill_interval": "60s"}


def _limit(**config: Any) -> dict[str, Any]:
    whole = {"filter_enabled": _ALWAYS, "filter_enforced": _ALWAYS, "stat_prefix": "a", **config}
    kind = {"@type": f"type.googleapis.com/{_KIND}"}
    return {"name": "limit", "typed_config": {**kind, **whole}}


def _descriptor(size: int, *entries: tuple[str, str]) -> dict[str, Any]:
    stated = [{"key": key, "value": value} for key, value in entries]
    return {"entries": stated, "token_bucket": _bucket(size)}


def _ask(limit: dict[str, Any], call: dict[str, Any] | None = None, **route: Any) -> Decision:
    routes = [{"match": {"prefix": "/"}, **(route or {"route": {"cluster": "a"}})}]
    config = {"name": "r", "virtual_hosts": [{"name": "h", "domains": ["*"], "routes": routes}]}
    chain = {"filters": [manager({"route_config": config}, [limit, ROUTER])]}
    world = envoy([listener("l", 80, [chain])], [cluster("a", "10.0.0.1:80")])
    found = ask(world, **(call or {}))
    assert found.verdict is not Verdict.NOT_DECIDED
    return found


def _sizes(decision: Decision) -> list[int | None]:
    assert decision.action is not None
    return [one.requests for one in decision.action.limits]


def test_a_limit_of_all_requests_says_how_many_come_at_once_and_what_answers_the_rest() -> None:
    """Size, refill per time in seconds, status, and whether anybody is refused at all."""
    limit = _limit(token_bucket=_bucket(5), status={"code": 503})
    found = _ask(limit)
    assert found.action is not None
    assert found.action.limits == (Limit("limit", 5, 2, 60.0, 503),)
    tried = _ask(_limit(token_bucket=_bucket(5), filter_enforced={"default_value": {}}))
    assert tried.action is not None
    assert [one.enforced for one in tried.action.limits] == [False]


def test_a_limit_that_looks_at_no_request_limits_none() -> None:
    """That is what Envoy does where nobody says a share, too."""
    assert _sizes(_ask(_limit(token_bucket=_bucket(5), filter_enabled={"default_value": {}}))) == []
    config = {"@type": f"type.googleapis.com/{_KIND}", "token_bucket": _bucket(5)}
    assert _sizes(_ask({"name": "limit", "typed_config": config})) == []


@pytest.mark.parametrize(
    ("headers", "sizes"),
    [({"x-user": "ann"}, [9]), ({"x-user": "bob"}, [3]), ({}, [])],
    ids=["a value of its own", "any value", "without it nothing is counted"],
)
def test_a_value_has_the_bucket_that_names_it_or_the_one_for_all(
    headers: dict[str, str], sizes: list[int]
) -> None:
    """An exact descriptor beats one that leaves the value open."""
    known = [_descriptor(3, ("user", "")), _descriptor(9, ("user", "ann"))]
    limit = _limit(descriptors=known, rate_limits=[{"actions": [_BY_USER]}])
    assert _sizes(_ask(limit, {"headers": headers})) == sizes


@pytest.mark.parametrize(("path", "sizes"), [("/?page=1", [4]), ("/", [])])
def test_every_part_has_to_be_there(path: str, sizes: list[int]) -> None:
    """A request that lacks one of several parts is not counted."""
    known = [_descriptor(4, ("kind", "any"), ("page", ""))]
    limit = _limit(descriptors=known, rate_limits=[{"actions": [_PLAIN, _BY_PAGE]}])
    assert _sizes(_ask(limit, {"path": path})) == sizes


@pytest.mark.parametrize(("expected", "method", "sizes"), [(True, "GET", [4]), (False, "GET", [])])
def test_conditions_on_headers_hold_or_have_to_fail(
    expected: bool,  # noqa: FBT001 - a column of the table
    method: str,
    sizes: list[int],
) -> None:
    """A condition may be asked for in the negative."""
    asked = {
        "descriptor_key": "if",
        "descriptor_value": "true",
        "expect_match": expected,
        "headers": [{"name": ":method", "string_match": {"exact": "GET"}}],
    }
    known = [_descriptor(4, ("if", "true"))]
    limit = _limit(descriptors=known, rate_limits=[{"actions": [{"header_value_match": asked}]}])
    assert _sizes(_ask(limit, {"method": method})) == sizes


def test_a_limit_that_is_not_understood_is_told_without_a_size() -> None:
    """The call passes all the same: one alone is within every limit."""
    strange: dict[str, Any] = {"actions": [{"source_cluster": {}}]}
    limit = _limit(descriptors=[_descriptor(4, ("a", "b"))], rate_limits=[strange])
    assert _sizes(_ask(limit)) == [None]
    assert _ask(limit).verdict is Verdict.FORWARD
