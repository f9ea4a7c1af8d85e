"""Expressions that Envoy can read, and those that it would refuse a listener for."""

import pytest

from libs.envoy.cel import fault

GOOD = (
    "response.code >= 400",
    "request.headers['x-log'] == \"yes\" && !(response.code in [200, 204])",
    "has(request.headers) ? size(request.path) > 3 : -1 < 2",
    "request.path.startsWith('/a') || request.path.matches(r'/b\\d+')",
    "{'a': 1u}['a'] == 0x1 // why",
    "connection.mtls && 1.5e3 > .5",
    "x.filter.y",
)
BAD = (
    "",
    "response.code >=",
    "response.code >= 400)",
    "(response.code >= 400",
    "response.code = 400",
    "response.code 400",
    "request.headers['x-log' == 'yes'",
    "'open",
    "a ? b",
    "while",
    "a && && b",
    "a..b",
    "x.filter(y, y > 1)[0].z",
)


@pytest.mark.parametrize("expression", GOOD)
def test_what_is_cel_has_no_fault(expression: str) -> None:
    """Operators, calls, literals, lists, maps, choices and comments are read."""
    assert fault(expression) is None


@pytest.mark.parametrize("expression", BAD)
def test_what_is_no_cel_says_why(expression: str) -> None:
    """One sentence for whoever wrote it."""
    assert fault(expression)


def test_an_absurdly_deep_expression_is_refused() -> None:
    """Reading it would use up the stack."""
    assert fault("(" * 1000 + "1" + ")" * 1000)
