"""libs/routing and a real Envoy agree, and would not if libs/routing were wrong."""

import secrets
import sys
from contextlib import closing
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


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Pairs of one seed, observed once for all mutations."""
    return list(observe(_MUTATION_SEED, _MUTATION_PAIRS, scenes=TRAFFIC))


def test_the_pairs_for_mutations_agree_without_one(pairs: list[Pair], envoy: Path) -> None:
    """Otherwise a caught mutation would say nothing."""
    assert compare(iter(pairs)).disagreements == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_of_the_evaluator_is_caught(
    mutation: Mutation, pairs: list[Pair], envoy: Path
) -> None:
    """Every small mistake makes at least one pair disagree."""
    with mutations.applied(mutation):
        assert any(wrong(pair, evaluate(pair.resources, pair.call)) for pair in pairs)


@pytest.mark.parametrize("slip", SLIPS, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_of_the_compiler_is_caught(slip: Mutation, envoy: Path) -> None:
    """An Envoy with what a wrong compiler makes does not do what the right one means."""
    with closing(observe(_MUTATION_SEED, _MUTATION_PAIRS, slip, TRAFFIC)) as seen:
        assert any(wrong(pair, evaluate(pair.resources, pair.call)) for pair in seen)
