"""A theorem prover is asked the same questions about languages and tables."""

from collections.abc import Iterator, Sequence
from functools import reduce
from itertools import groupby
from typing import Any

import z3  # type: ignore[import-untyped]  # the wheel has no annotations
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.matchsets import expressions, letters
from libs.matchsets.expressions import (
    ANYTHING,
    Begin,
    Chain,
    Choice,
    End,
    Expression,
    Letter,
    Repeat,
)
from libs.matchsets.firstmatch import Conditions, Tables, differences
from libs.matchsets.partition import Effort, partition
from libs.matchsets.syntax import regex

_PATTERNS = st.sampled_from(
    [
        "/a",
        "/a/.*",
        "/[ab]+",
        "/(a|b)/c?",
        ".*",
        "/a{2,3}",
        "/.",
        "(?i)/A",
        "/[^a]",
        "/a|/b",
        "/b*a",
    ]
)
_LANGUAGES = st.one_of(
    _PATTERNS.map(regex),
    st.sampled_from(["/", "/a", "/a/", "/ab"]).map(expressions.prefix),
    st.sampled_from(["/", "/a", "/a/b"]).map(expressions.exact),
    st.sampled_from(["/a", "/b"]).map(expressions.segments_under),
)
_TIMEOUT_MS = 20_000


def _proved(expression: Expression) -> Any:
    """Translate an expression for the prover."""
    if isinstance(expression, Letter):
        return _union(list(_ranges(expression.letters)))
    if isinstance(expression, Chain):
        parts = [z3.Re(""), *map(_proved, expression.parts)]
        return z3.Concat(*parts) if len(parts) > 1 else parts[0]
    if isinstance(expression, Choice):
        return _union(list(map(_proved, expression.parts)))
    if isinstance(expression, Repeat):
        part = _proved(expression.part)
        if expression.high is not None:
            return z3.Loop(part, expression.low, expression.high) if expression.high else z3.Re("")
        return reduce(z3.Concat, [part] * expression.low, z3.Star(part))
    if isinstance(expression, Begin | End):
        raise TypeError("the prover knows no anchors")
    raise TypeError(expression)


def _ranges(found: int) -> Iterator[Any]:
    """Join neighbouring letters: the prover is quick with ranges, and slow with single ones."""
    members = letters.members(found)
    for _, run in groupby(enumerate(members), key=lambda one: ord(one[1]) - one[0]):
        joined = [letter for _, letter in run]
        yield z3.Range(joined[0], joined[-1])


def _union(parts: Sequence[Any]) -> Any:
    if not parts:
        return z3.Empty(z3.ReSort(z3.StringSort()))
    return parts[0] if len(parts) == 1 else z3.Union(*parts)


def _has_solution(*claims: Any) -> bool:
    solver = z3.Solver()
    solver.set("timeout", _TIMEOUT_MS)
    solver.add(*claims)
    answer = solver.check()
    assert answer != z3.unknown
    return bool(answer == z3.sat)


@settings(max_examples=30)
@given(_LANGUAGES, _LANGUAGES)
def test_the_prover_finds_the_same_parts(one: Expression, other: Expression) -> None:
    """A part is there exactly when a text can be inside of the one and outside of the other."""
    found = {part.inside for part in partition([one, other])}
    text = z3.String("text")
    everything = z3.InRe(text, _proved(ANYTHING))
    claims = [z3.InRe(text, _proved(each)) for each in (one, other)]
    for inside in ((False, False), (False, True), (True, False), (True, True)):
        wanted = [
            claim if is_in else z3.Not(claim) for claim, is_in in zip(claims, inside, strict=True)
        ]
        number = frozenset(place for place, is_in in enumerate(inside) if is_in)
        assert (number in found) == _has_solution(everything, *wanted)


_RULES = st.tuples(_LANGUAGES, st.booleans() | st.none(), st.integers(0, 1))


@settings(max_examples=15)
@given(st.lists(_RULES, max_size=4), st.lists(_RULES, max_size=4))
def test_the_prover_finds_a_difference_of_tables_exactly_where_there_is_one(
    old: Sequence[Any], new: Sequence[Any]
) -> None:
    """First-match tables over a text and a flag, with the end of each rule as its outcome."""
    languages = [language for language, _, _ in (*old, *new)]
    parts = partition(languages)

    def conditions(rule: tuple[Expression, bool | None, int], place: int) -> Conditions:
        mask = sum(1 << number for number, part in enumerate(parts) if place in part.inside)
        return {"text": mask, **({"flag": 1 << rule[1]} if rule[1] is not None else {})}

    tables = Tables(
        [conditions(rule, place) for place, rule in enumerate(old)],
        [conditions(rule, len(old) + place) for place, rule in enumerate(new)],
        {"text": len(parts), "flag": 2},
        "text",
    )

    def differs(one: int | None, other: int | None) -> bool:
        ends = old[one][2] if one is not None else -1, new[other][2] if other is not None else -1
        return ends[0] != ends[1]

    text, flag = z3.String("text"), z3.Bool("flag")
    claim = _decided(old, text, flag) != _decided(new, text, flag)
    known = z3.InRe(text, _proved(ANYTHING))
    assert bool(list(differences(tables, differs, Effort()))) == _has_solution(known, claim)


def _decided(table: Sequence[tuple[Expression, bool | None, int]], text: Any, flag: Any) -> Any:
    """Return the outcome of a table as a term: that of its first rule that holds."""
    found = z3.IntVal(-1)
    for language, wanted, end in reversed(table):
        holds = z3.InRe(text, _proved(language))
        if wanted is not None:
            holds = z3.And(holds, flag == wanted)
        found = z3.If(holds, z3.IntVal(end), found)
    return found
