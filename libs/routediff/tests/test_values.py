"""Values of dimensions, cut into parts."""

from libs.matchsets import expressions
from libs.matchsets.partition import Effort
from libs.routediff.predicates import PATH, Aspect, Dimension, Predicate
from libs.routediff.values import METHODS, Surroundings, values

_HEADER = Dimension(Aspect.HEADER, "x")


def test_a_header_may_be_missing() -> None:
    """No value is a part of its own, and conditions say whether it is inside."""
    there = Predicate(None, "is there")
    missing = Predicate(None, "is missing", inverted=True, absent=True)
    found = values(_HEADER, [there, missing], Surroundings(), Effort())
    assert found.absent is not None
    assert found.masks[missing] == 1 << found.absent
    assert found.masks[there] ^ found.masks[missing] == (1 << found.size) - 1
    assert found.example(found.masks[missing]) is None


def test_methods_are_those_that_exist() -> None:
    """A condition cuts them into those inside and those outside."""
    get = Predicate(expressions.exact("GET"), "is GET")
    found = values(Dimension(Aspect.METHOD), [get], Surroundings(), Effort())
    assert found.example(found.masks[get]) == "GET"
    assert found.example(~found.masks[get] & 0b11) in METHODS


def test_normalised_paths_have_no_dots_and_no_double_slashes() -> None:
    """A condition that only such paths meet is met by none."""
    dots = Predicate(expressions.containing("/../"), "contains /../")
    slashes = Predicate(expressions.containing("//"), "contains //")
    known = Surroundings(normalized=True, merged=True)
    assert not any(values(PATH, [dots, slashes], known, Effort()).masks.values())
    assert all(values(PATH, [dots, slashes], Surroundings(), Effort()).masks.values())


def test_values_of_headers_neither_begin_nor_end_with_spaces() -> None:
    """Spaces around a value are no part of it."""
    spaced = Predicate(expressions.prefix(" "), "begins with a space")
    assert values(_HEADER, [spaced], Surroundings(), Effort()).masks[spaced] == 0


def test_cuts_tell_paths_apart_without_a_condition() -> None:
    """They make parts, and no condition."""
    known = Surroundings(cuts=(expressions.exact("/a"),))
    found = values(PATH, [], known, Effort())
    assert [part.example for part in found.parts] == ["/", "/a"]
