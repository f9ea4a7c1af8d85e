"""Classes of calls in words."""

from collections.abc import Sequence

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.matchsets.firstmatch import differences
from libs.matchsets.partition import Effort
from libs.routediff.tables import comparable, written
from libs.routediff.tests.views import to
from libs.routediff.values import Surroundings
from libs.routediff.words import calls_in_words, listed


def _words(old: Sequence[rc.Route], new: Sequence[rc.Route]) -> list[str]:
    """Describe what no rule of the new side takes any more, and the other way round."""
    space = comparable(written(old, "http"), written(new, "http"), Surroundings(), Effort())
    boxes = differences(space.tables, lambda one, other: one != other, Effort())
    return [calls_in_words([box], space.dimensions) for box in boxes]


def test_exceptions_are_named() -> None:
    """A prefix less what other rules take out of it."""
    api, product = to("a", prefix="/api"), to("a", path="/api/v1/products")
    assert _words([product, api], [product]) == [
        "path begins with /api, unless it is /api/v1/products"
    ]


def test_headers_and_methods_stand_behind_the_path() -> None:
    """Every condition that cuts the calls is said."""
    route = to("a")
    route.match.headers.add(name="end-user").string_match.exact = "jason"
    route.match.headers.add(name=":method").string_match.exact = "GET"
    assert _words([route], []) == ["all paths and header `end-user` is jason and method is GET"]


def test_a_header_that_must_be_missing_is_said() -> None:
    """No value is a value in words."""
    route = to("a")
    route.match.headers.add(name="x").present_match = False
    assert _words([route], []) == ["all paths and header `x` is missing"]


def test_a_long_list_is_cut() -> None:
    """The number of what is left out is said; a single one is not left out."""
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c, d, e"
    assert listed(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d, 2 more"
