"""Policies, tokens and demands for mutual TLS: libs/routing and a real Envoy agree."""

import secrets
import sys
from pathlib import Path

import pytest

from libs.routing.evaluate import evaluate
from tests.agree import admissions, mutations
from tests.agree.mutations import Mutation
from tests.agree.policymutations import MUTATIONS
from tests.agree.run import Pair, compare, observe, wrong

_PAIRS = 300
_MUTATION_SEED = 6
_MUTATION_PAIRS = 600


def test_calls_are_admitted_as_a_real_envoy_did(
    envoy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pairs of a fresh seed, printed and named by a failure, have no disagreement."""
    seed = secrets.randbits(32)
    with capsys.disabled():
        sys.stdout.write(f"\nadmissions: seed {seed}\n")
    report = compare(observe(seed, _PAIRS, scenes=(admissions.draw,)))
    assert report.pairs == _PAIRS
    assert not report.disagreements, (seed, report.disagreements[:5])


@pytest.fixture(scope="module")
def pairs() -> list[Pair]:
    """Pairs of one seed, observed once for all mutations."""
    return list(observe(_MUTATION_SEED, _MUTATION_PAIRS, scenes=(admissions.draw,)))


def test_the_pairs_for_mutations_agree_without_one(pairs: list[Pair], envoy: Path) -> None:
    """Otherwise a caught mutation would say nothing."""
    assert compare(iter(pairs)).disagreements == []


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_about_policies_is_caught(
    mutation: Mutation, pairs: list[Pair], envoy: Path
) -> None:
    """Every small mistake makes at least one pair disagree."""
    with mutations.applied(mutation):
        assert any(wrong(pair, evaluate(pair.resources, pair.call)) for pair in pairs)
