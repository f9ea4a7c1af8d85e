"""libs/routing and a real Envoy agree, and would not if libs/routing were wrong."""

import secrets
import sys
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from libs.routing.evaluate import evaluate
from tests.agree import mutations
from tests.agree.diffrun import compare_differences
from tests.agree.mutations import MUTATIONS, Mutation
from tests.agree.run import TRAFFIC, Pair, compare, observe, wrong
from tests.agree.slips import SLIPS

_PAIRS = 500
_MUTATION_SEED = 4
_MUTATION_PAIRS = 2000


def test_answers_are_what_a_real_envoy_did(envoy: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Five hundred pairs of a fresh seed, printed and named by a failure, have no disagreement."""
    seed = secrets.randbits(32)
    with capsys.disabled():
        sys.stdout.write(f"\n./dev agree --pairs {_PAIRS} --seed {seed}\n")
    report = compare(observe(seed, _PAIRS))
    assert report.pairs == _PAIRS
    assert not report.disagreements, (f"./dev agree --seed {seed}", report.disagreements[:5])


def test_stated_differences_show_in_two_real_envoys(envoy: Path) -> None:
    """Examples of fifty differences of a fresh seed, each through both configurations."""
    seed = secrets.randbits(32)
    report = compare_differences(seed, 50)
    assert report.pairs >= 50
    assert not report.disagreements, (f"./dev agree --diff --seed {seed}", report.disagreements[:5])


@dataclass(slots=True)
class _Seen:
    """Pairs that were observed so far; more are as soon as somebody looks further."""

    source: Generator[Pair, None, None]
    pairs: list[Pair] = field(default_factory=list)

    def __iter__(self) -> Iterator[Pair]:
        """Yield known pairs, then new ones."""
        yield from self.pairs
        for one in self.source:
            self.pairs.append(one)
            yield one


@pytest.fixture(scope="module")
def seen() -> Iterator[_Seen]:
    """Pairs of one seed, each observed once for all mutations."""
    with closing(observe(_MUTATION_SEED, _MUTATION_PAIRS, scenes=TRAFFIC)) as source:
        yield _Seen(source)


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_of_the_evaluator_is_caught(mutation: Mutation, seen: _Seen, envoy: Path) -> None:
    """Every small mistake makes a pair disagree that agrees without it."""
    assert any(_misjudged(one, mutation) for one in seen)


def _misjudged(pair: Pair, mutation: Mutation) -> bool:
    """Say whether the evaluator contradicts what Envoy did, and only with the mistake."""
    if wrong(pair, evaluate(pair.resources, pair.call)):
        return False
    with mutations.applied(mutation):
        return bool(wrong(pair, evaluate(pair.resources, pair.call)))


@pytest.mark.parametrize("slip", SLIPS, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_of_the_compiler_is_caught(slip: Mutation, envoy: Path) -> None:
    """An Envoy with what a wrong compiler makes does not do what the right one means."""
    with closing(observe(_MUTATION_SEED, _MUTATION_PAIRS, slip, TRAFFIC)) as seen:
        assert any(wrong(pair, evaluate(pair.resources, pair.call)) for pair in seen)
