"""Expressions of Mixer are read as far as a proxy of today knows what they are about."""

import pytest

from libs.meshapi.dialects.expressions import Attribute, attribute_in, conditions_in


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ('destination.labels["app"] | "unknown"', Attribute("label", "app", "unknown")),
        ("destination.service", Attribute("service")),
        ("destination.service.host | destination.name", Attribute("service", ".host")),
        ('request.headers["a|b"] | "x | y"', Attribute("header", "a|b", "x | y")),
        ("source.ip", Attribute("address")),
        ('"all"', Attribute("constant", "all")),
        ("source.user", Attribute("other", "source.user")),
        ('conditional(a, "b", "c")', Attribute("other", 'conditional(a, "b", "c")')),
    ],
)
def test_the_first_attribute_decides(text: str, attribute: Attribute) -> None:
    """What stands behind a bar counts only as the text where the attribute is absent."""
    assert attribute_in(text) == attribute


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ('destination.labels["app"] == "web" && request.headers["x"] == "y"', 2),
        ('source.namespace != "shop"', None),
        ('a == "b" || c == "d"', None),
        ('match(request.path, "/a*")', None),
    ],
)
def test_conditions_are_equalities_that_all_hold(text: str, count: int | None) -> None:
    """Anything else is no condition that could be asked today."""
    found = conditions_in(text)
    assert (None if found is None else len(found)) == count
