"""Limits of rules as sets, against every short text that there is."""

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.compile.callers import Domains
from libs.lint.rulelimits import (
    Limit,
    condition_limits,
    operation_limits,
    pattern,
    source_limits,
)
from libs.lint.rulesets import empty_attribute, holds
from libs.meshapi.authorizationpolicy import Condition, Operation, Source

MESH = Domains(("corp.example", "old.example"))
SHORT = ["".join(letters) for length in range(1, 4) for letters in product("/a", repeat=length)]
VALUES = ("a", "/", "/a", "a*", "/*", "*a", "*/", "/a*", "*/a", "a/a", "*")
SOME = st.lists(st.sampled_from(VALUES), max_size=2).map(tuple)


def _fits(text: str, written: str) -> bool:
    if written == "*":
        return True
    if written.startswith("*"):
        return text.endswith(written[1:])
    return text.startswith(written[:-1]) if written.endswith("*") else text == written


def _within(text: str, limit: Limit) -> bool:
    wanted = not limit.values or any(_fits(text, one) for one in limit.values)
    return wanted and not any(_fits(text, one) for one in limit.excluded)


def _limit(values: tuple[str, ...], excluded: tuple[str, ...]) -> Limit:
    return Limit("method", values, excluded, (), pattern)


@settings(max_examples=40)
@given(SOME, SOME, SOME, SOME)
def test_what_is_said_of_sets_is_so_for_every_text(
    one: tuple[str, ...], less: tuple[str, ...], other: tuple[str, ...], lesser: tuple[str, ...]
) -> None:
    """Nothing is called empty or held by another while a short text shows the opposite."""
    first, second = _limit(one, less), _limit(other, lesser)
    both = [text for text in SHORT if _within(text, first) and _within(text, second)]
    assert not (both and empty_attribute([first, second]))
    outside = [text for text in SHORT if _within(text, second) and not _within(text, first)]
    assert not (outside and holds([first], [second]))


def test_equal_limits_hold_each_other_and_contradictions_are_seen() -> None:
    """The quiet answer is not always given."""
    path = [_limit(("/a*",), ("/ab",))]
    assert holds(path, path)
    assert holds([_limit(("/*",), ())], path)
    assert not holds(path, [_limit(("/*",), ())])
    assert empty_attribute([_limit(("/a",), ("*a",))]) == "method"


def test_addresses_are_held_by_their_networks() -> None:
    """Also in the other version of addresses nothing is mixed up."""
    wide = source_limits(Source(ip_blocks=("10.0.0.0/8",)), (), "shop", MESH)
    narrow = source_limits(Source(ip_blocks=("10.1.0.0/16", "10.2.3.4")), (), "shop", MESH)
    other = source_limits(Source(ip_blocks=("::ffff:10.1.0.0/112",)), (), "shop", MESH)
    assert holds(wide, narrow)
    assert not holds(narrow, wide)
    assert not holds(wide, other)


def test_callers_are_one_attribute_however_they_are_named() -> None:
    """By principal in any trust domain of the mesh, by namespace, by account."""
    named = source_limits(Source(principals=("cluster.local/ns/shop/sa/cart",)), (), "bank", MESH)
    spaced = source_limits(Source(namespaces=("shop",)), (), "bank", MESH)
    account = condition_limits(
        Condition(key="source.serviceAccount", values=("cart",)), (), "bank", MESH
    )
    assert holds(spaced, named)
    assert not holds(named, spaced)
    assert empty_attribute([*named, account]) == "principal"
    assert holds([], named)


def test_what_may_be_absent_is_not_within_a_wanted_value() -> None:
    """A call without the header is not held by a condition on it, but has a path in any case."""
    header = condition_limits(
        Condition(key="request.headers[x]", not_values=("a",)), (), "shop", MESH
    )
    there = condition_limits(Condition(key="request.headers[X]", values=("*",)), (), "shop", MESH)
    assert not holds([there], [header])
    every_path = operation_limits(Operation(paths=("/*",)), ())
    assert holds(every_path, [])


def test_several_values_at_once_contradict_each_other_only_by_exclusion() -> None:
    """A token is in several groups."""
    groups = [
        condition_limits(
            Condition(key="request.auth.claims[groups]", values=(one,)), (), "shop", MESH
        )
        for one in ("a", "b")
    ]
    assert empty_attribute(groups) is None
    none = Condition(key="request.auth.claims[groups]", values=("a",), not_values=("a*",))
    assert empty_attribute([condition_limits(none, (), "shop", MESH)])
