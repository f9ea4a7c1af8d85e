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
    assert _words([product, api], [product]) == ["/api* except /api/v1/products"]


def test_a_request_reads_like_one() -> None:
    """Method, paths, then headers with their values, then those that must be missing."""
    route = to("a", prefix="/reviews/")
    route.match.headers.add(name="end-user").string_match.exact = "jason"
    route.match.headers.add(name=":method").string_match.exact = "GET"
    route.match.headers.add(name="debug").present_match = False
    assert _words([route], []) == ["GET /reviews/* with `end-user: jason` without header `debug`"]


def test_conditions_that_are_no_single_value_are_said_in_full() -> None:
    """A part of a text, a header that only has to be there, a parameter of the query."""
    route = to("a")
    route.match.headers.add(name="x").string_match.prefix = "be"
    route.match.headers.add(name="y").present_match = True
    route.match.query_parameters.add(name="page").string_match.exact = "2"
    assert _words([route], []) == [
        "all requests with header `x` that begins with be and header `y` and `?page=2`"
    ]


def test_methods_that_a_rule_leaves_are_said_as_an_exception() -> None:
    """All methods but one are not listed one by one."""
    get = to("a")
    get.match.headers.add(name=":method").string_match.exact = "GET"
    assert _words([get, to("a")], [get]) == ["all requests unless `method: GET`"]


def test_a_method_alone_is_said_of_all_requests() -> None:
    """Where the path does not matter."""
    get = to("a")
    get.match.headers.add(name=":method").string_match.exact = "GET"
    assert _words([get], []) == ["all GET requests"]


def test_a_long_list_is_cut() -> None:
    """The number of what is left out is said; a single one is not left out."""
    assert listed(["a", "b", "c", "d", "e"]) == "a, b, c, d, e"
    assert listed(["a", "b", "c", "d", "e", "f"]) == "a, b, c, d, 2 more"
