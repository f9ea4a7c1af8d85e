"""Conditions of two sides over common dimensions."""

from libs.matchsets.firstmatch import Box
from libs.matchsets.partition import Effort
from libs.routediff.predicates import Aspect, Dimension
from libs.routediff.tables import comparable, written
from libs.routediff.tests.views import PORT, to
from libs.routediff.values import Surroundings
from libs.routing.call import call_from_fields

CALL = call_from_fields({"port": PORT, "headers": {"kept": "1"}})


def test_an_example_is_made_of_its_parts() -> None:
    """Values are put where they belong; what may be missing is left out."""
    route = to("a", path="/a")
    route.match.headers.add(name="x").string_match.exact = "1"
    route.match.headers.add(name=":method").string_match.exact = "PUT"
    route.match.query_parameters.add(name="q").string_match.exact = "2"
    space = comparable(written([route], "http"), [], Surroundings(), Effort())
    box = Box(space.tables.old[0], 0, None)
    found = space.example(box, CALL)
    assert (found.method, found.path) == ("PUT", "/a?q=2")
    assert found.headers == {"kept": "1", "x": "1"}
    rest = space.example(Box({}, None, None), CALL)
    assert (rest.method, rest.path, rest.headers) == ("GET", "/", {"kept": "1"})


def test_two_conditions_on_one_header_both_have_to_hold() -> None:
    """Their sets are cut with each other."""
    route = to("a")
    for kind in ("prefix", "suffix"):
        setattr(route.match.headers.add(name="x").string_match, kind, "1")
    space = comparable(written([route], "http"), [], Surroundings(), Effort())
    assert space.example(Box(space.tables.old[0], 0, None), CALL).headers["x"] == "1"


def test_a_box_that_hangs_on_an_unknown_condition_says_so() -> None:
    """One that does not depend on it is understood."""
    route = to("a")
    route.match.headers.add(name="via").present_match = True
    space = comparable(written([route], "http"), [], Surroundings(), Effort())
    assert space.not_understood(Box(space.tables.old[0], 0, None)) == "header via"
    assert space.not_understood(Box({}, 0, None)) == ""


def test_parts_of_the_path_can_be_left_out() -> None:
    """Nothing is left when no path is kept."""
    space = comparable(written([to("a", path="/a")], "http"), [], Surroundings(), Effort())
    box = Box({"path:": 0b11}, 0, None)
    kept = space.filtered(box, lambda path: path == "/a")
    assert kept is not None
    assert space.example(kept, CALL).path == "/a"
    assert space.filtered(box, lambda _: False) is None


def test_dimensions_are_those_that_any_condition_is_about() -> None:
    """The path is always one."""
    space = comparable([], [], Surroundings(), Effort())
    assert [one.dimension for one in space.dimensions.values()] == [Dimension(Aspect.PATH)]
