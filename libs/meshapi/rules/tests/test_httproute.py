"""Rules of one HTTP rule: what is right gives no problem, what is wrong one at its place."""

from typing import Any

import pytest

from libs.meshapi.quoting import path_text
from libs.meshapi.rules import httproute
from libs.meshapi.virtualservice import HTTPRoute

ROUTE = ({"destination": {"host": "a"}},)
TWO = ({"destination": {"host": "a"}}, {"destination": {"host": "b"}, "weight": 1})


def _paths(rule: dict[str, Any]) -> list[str]:
    return [path_text(one.path) for one in httproute.check((), HTTPRoute.model_validate(rule))]


@pytest.mark.parametrize(
    "rule",
    [
        pytest.param({"route": ROUTE}, id="route"),
        pytest.param({"route": TWO}, id="one weight of several"),
        pytest.param({"redirect": {"authority": "a"}}, id="redirect"),
        pytest.param({"directResponse": {"status": 200}}, id="direct response"),
        pytest.param({"delegate": {"name": "a"}}, id="delegate"),
        pytest.param({"route": ROUTE, "timeout": "0s"}, id="no timeout"),
        pytest.param({"route": ROUTE, "retries": {"attempts": 0}}, id="no retries"),
        pytest.param({"route": ROUTE, "retries": {"attempts": 1, "retryOn": "503, 5xx"}}, id="on"),
        pytest.param({"route": ROUTE, "match": ({},)}, id="a match of everything"),
        pytest.param({"route": ROUTE, "match": ({"headers": {"a": {}}},)}, id="header present"),
        pytest.param({"route": ROUTE, "match": ({"uri": {"exact": ""}},)}, id="exactly nothing"),
        pytest.param({"route": ROUTE, "fault": {"abort": {"httpStatus": 500}}}, id="abort"),
        pytest.param({"route": ROUTE, "rewrite": {"authority": "a"}}, id="rewrite of authority"),
    ],
)
def test_a_right_rule_has_no_problem(rule: dict[str, Any]) -> None:
    """What Istio takes is taken."""
    assert _paths(rule) == []


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ({}, ""),
        ({"route": ROUTE, "redirect": {"uri": "/"}}, "redirect"),
        ({"redirect": {"uri": "/"}, "fault": {"abort": {"httpStatus": 500}}}, "fault"),
        ({"redirect": {"redirectCode": 302}}, "redirect"),
        ({"route": ROUTE, "match": ({"uri": {}},)}, "match[0].uri"),
        ({"route": ROUTE, "match": ({"uri": {"prefix": ""}},)}, "match[0].uri.prefix"),
        ({"route": ROUTE * 2}, "route"),
        ({"route": ({"destination": {"host": "*"}},)}, "route[0].destination.host"),
        ({"route": ROUTE, "retries": {"attempts": 1, "retryOn": "a"}}, "retries.retryOn"),
        ({"route": ROUTE, "retries": {"retryOn": "5xx"}}, "retries.retryOn"),
        ({"route": ROUTE, "timeout": "1us"}, "timeout"),
        ({"route": ROUTE, "mirror": {"host": "a"}, "mirrors": ({"destination": {"host": "b"}},)},
         "mirrors"),
        ({"directResponse": {"status": 200, "body": {"string": "a", "bytes": "YQ=="}}},
         "directResponse.body.bytes"),
        ({"route": ROUTE, "headers": {"response": {"set": {"": "a"}}}}, "headers.response.set"),
        ({"route": ROUTE, "rewrite": {"uriRegexRewrite": {"rewrite": "a"}}},
         "rewrite.uriRegexRewrite"),
    ],
)  # fmt: skip
def test_a_wrong_rule_has_one_problem_at_its_place(rule: dict[str, Any], path: str) -> None:
    """One mistake is told once."""
    assert _paths(rule) == [path]
