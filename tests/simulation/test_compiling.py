"""A memoised compile gives what a compile from cold gives, after whatever was edited."""

import gc
import secrets
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from libs.compile import comparing, memo, recorded
from libs.compile.world import World, changed_world, kinds_read
from libs.kernel.origins import ObjectKey
from libs.registry.sources import Sources
from tests.agree.dice import Dice
from tests.simulation import compiling, specs
from tests.simulation.compiling import Simulation

EDITS = 300
MUTANT_EDITS = 400


def test_after_every_random_edit_the_bytes_are_those_of_a_cold_compile() -> None:
    """Snapshots, origins and problems of all proxies; `./dev simulate compile` edits more."""
    seed = secrets.randbits(32)
    found = list(Simulation(Dice(seed)).run(EDITS))
    assert not found, f"seed {seed}: {found[0]}"


def test_every_kind_that_a_world_is_made_of_is_drawn() -> None:
    """A kind that compiling reads and no edit touches would be followed without a proof."""
    read = {kind.__name__ for kind in kinds_read()}
    assert read - specs.KINDS.keys() == set()


def test_nothing_of_an_earlier_compile_is_kept_but_its_nodes() -> None:
    """A result that holds what it was read from would keep every compile before it in memory."""
    simulation = Simulation(Dice(5))
    assert not list(simulation.run(60))
    gc.collect()
    kept = (recorded.RecordedMapping, recorded._Recorded, memo.Run)
    assert not [one for one in gc.get_objects() if isinstance(one, kept)]


def _silent_get(self: Any, key: Any, default: Any = None) -> Any:
    return self._table.get(key, default)


def _silent_whole(self: Any) -> Any:
    return self._table


def _shallow(self: Any, key: Any, done: Any) -> None:
    self.children[key] = done
    self.inner.append(done)


def _without_tables(known: memo.Done | None) -> Any:
    return memo._Before(known.children if known is not None else {})


def _gateways_stay(world: World, removed: Iterable[ObjectKey], added: Any) -> World:
    return changed_world(world, [key for key in removed if key.kind != "Gateway"], added)


def _nowhere(*_: object) -> tuple[str, ...]:
    return ()


def _only_present(former: Any, value: Any) -> Any:
    return [key for key in former if key in value and former[key] != value[key]]


@pytest.mark.parametrize(
    ("place", "name", "mutant"),
    [
        pytest.param(recorded.RecordedMapping, "get", _silent_get, id="look-ups are not noted"),
        pytest.param(
            recorded.RecordedMapping, "_whole", _silent_whole, id="whole tables are not noted"
        ),
        pytest.param(memo.Frame, "include", _shallow, id="reads of inner nodes are forgotten"),
        pytest.param(comparing, "_differing", _only_present, id="what was missed does not count"),
        pytest.param(memo, "_before", _without_tables, id="tables of a node are not compared"),
        pytest.param(compiling, "changed_world", _gateways_stay, id="an index keeps what went"),
        pytest.param(
            Sources, "_with_workload", _nowhere, id="a workload that came changes no service"
        ),
    ],
)
def test_a_dependency_that_is_dropped_is_noticed(
    monkeypatch: pytest.MonkeyPatch, place: Any, name: str, mutant: Callable[..., Any]
) -> None:
    """Each of these faults shows within a few hundred edits, so that the run above says much."""
    monkeypatch.setattr(place, name, mutant)
    try:
        found = next(Simulation(Dice(7)).run(MUTANT_EDITS), None)
    except KeyError:
        return  # a group that lost a member notices by itself
    assert found is not None
