"""libs/routing and a real Envoy agree, and would not if libs/routing were wrong."""

import secrets
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from libs.routing.evaluate import evaluate
from tests.agree import aimed, arrivals, ground, policymutations
from tests.agree.dice import Dice
from tests.agree.diffrun import compare_differences
from tests.agree.mutations import MUTATIONS, Mutation
from tests.agree.observing import Pair, RefusedError, compiled, observe
from tests.agree.onway import told
from tests.agree.run import compare
from tests.agree.slips import SLIPS
from tests.agree.trial import Ground, Trial, written

_PAIRS = 500
_SEED = 4
_BUSY_TIMEOUT_S = 400
"""The first of several mistakes waits for all; on a machine with other work that takes long."""
_EVALUATOR = (*MUTATIONS, *policymutations.MUTATIONS)


@pytest.fixture(scope="module")
def found(envoy: Path) -> Iterator[Ground]:
    """Let workloads answer."""
    with ground.ground() as made:
        yield made


@pytest.fixture(scope="module")
def fresh(found: Ground, request: pytest.FixtureRequest) -> tuple[int, list[Pair]]:
    """Five hundred pairs of a fresh seed, which is printed."""
    seed = secrets.randbits(32)
    capture = request.config.pluginmanager.getplugin("capturemanager")
    with capture.global_and_fixture_disabled():
        sys.stdout.write(f"\n./dev agree --pairs {_PAIRS} --seed {seed}\n")
    return seed, list(observe(found, seed, _PAIRS, dumps=True))


def test_answers_are_what_a_real_envoy_did(fresh: tuple[int, list[Pair]]) -> None:
    """Five hundred pairs of a fresh seed, named by a failure, have no disagreement."""
    seed, pairs = fresh
    report = compare(pairs, fields=False)
    assert report.pairs == _PAIRS
    assert not report.disagreements, (f"./dev agree --seed {seed}", report.disagreements[:5])


def test_a_config_dump_answers_as_the_view_that_its_envoy_runs(
    fresh: tuple[int, list[Pair]],
) -> None:
    """Every call has the same way and outcome; nothing of the dump is unreadable."""
    seed, pairs = fresh
    for one in pairs:
        assert one.dumped is not None
        assert one.dumped.unread == {}
        mine, dumped = evaluate(one.resources, one.call), evaluate(one.dumped, one.call)
        assert told(dumped) == told(mine), (seed, one.call)


def _refused(dice: Dice, found: Ground, calls: int) -> Trial:
    """Draw a trial with a cluster of two kinds at once."""
    trial = arrivals.draw(dice, found, calls)
    value = {"name": "torn", "type": "STATIC", "lb_policy": "CLUSTER_PROVIDED"}
    patch = {"applyTo": "CLUSTER", "match": {}, "patch": {"operation": "ADD", "value": value}}
    torn = written("EnvoyFilter", "torn", {"configPatches": [patch]})
    return replace(trial, objects=(*trial.objects, torn))


def test_a_configuration_that_envoy_refuses_ends_the_run(found: Ground) -> None:
    """Nothing is skipped: the run says what Envoy said."""
    assert compiled(_refused(Dice(1), found, 1)).resources
    with pytest.raises(RefusedError, match="torn"):
        next(observe(found, 1, 1, {_refused: 1}))


def test_stated_differences_show_in_two_real_envoys(found: Ground) -> None:
    """Examples of fifty differences of a fresh seed, each through both configurations."""
    seed = secrets.randbits(32)
    report = compare_differences(found, seed, 50)
    assert report.pairs >= 50
    assert not report.disagreements, (f"./dev agree --diff --seed {seed}", report.disagreements[:5])


Caught = Callable[[str], frozenset[str]]
"""The mistakes that trials of a kind catch, found out once for all of them."""


@pytest.fixture(scope="module")
def noticed(found: Ground) -> Caught:
    """Tell which mistakes of the evaluator are caught."""

    def of(scene: str) -> frozenset[str]:
        shown = [one for one in _EVALUATOR if one.scene == scene]
        return aimed.caught_in_evaluator(found, _SEED, scene, shown)

    return cache(of)


@pytest.mark.timeout(_BUSY_TIMEOUT_S)
@pytest.mark.parametrize("mutation", _EVALUATOR, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_of_the_evaluator_is_caught(mutation: Mutation, noticed: Caught) -> None:
    """Every small mistake makes a pair disagree that agrees without it."""
    assert mutation.says in noticed(mutation.scene)


@pytest.fixture(scope="module")
def shown(found: Ground) -> Caught:
    """Tell which mistakes of the compiler are caught."""

    def of(scene: str) -> frozenset[str]:
        made = [one for one in SLIPS if one.scene == scene]
        return aimed.caught_in_compiler(found, _SEED, scene, made)

    return cache(of)


@pytest.mark.timeout(_BUSY_TIMEOUT_S)
@pytest.mark.parametrize("slip", SLIPS, ids=lambda one: one.says.replace(" ", "-"))
def test_a_mistake_of_the_compiler_is_caught(slip: Mutation, shown: Caught) -> None:
    """An Envoy with what a wrong compiler makes does not do what the right one means."""
    assert slip.says in shown(slip.scene)
