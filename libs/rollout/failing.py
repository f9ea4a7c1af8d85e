"""When a rollout has failed, whatever stage it is in."""

from collections.abc import Iterator

from libs.kernel.ids import ClusterName
from libs.kernel.rollouts import PlannedWave, Stage
from libs.meshapi.rollout import Gate, Wave
from libs.rollout.look import Look, named
from libs.rollout.shares import tolerated
from libs.rollout.standing import Place


def failure(look: Look) -> str:
    """Return one sentence why the rollout cannot stay, empty where it can.

    Refusals count in every wave that has begun; clusters that nobody can reach count while their
    wave is under way, because later on they say nothing of this change.
    """
    return next(_failures(look), "")


def lost(look: Look, wave: PlannedWave, *, under_way: bool) -> list[ClusterName]:
    """Return the clusters of a wave that its budget counts."""
    moved = [one for one in wave.clusters if look.is_moved(one)]
    found = look.at(Place.REFUSED, moved)
    if under_way and look.strategy.budget.unreachable_counts:
        found += look.at(Place.UNREACHABLE, wave.clusters)
    return found


def _failures(look: Look) -> Iterator[str]:
    state = look.state
    if state.plan.direct:
        return
    for index, wave in enumerate(state.plan.waves[: state.wave + 1]):
        present = index == state.wave
        if present and state.stage is Stage.PENDING:
            return
        yield from _refusals(look, wave, index)
        missing = lost(look, wave, under_way=present)
        budget = tolerated(look.strategy.budget.clusters, len(wave.clusters))
        if len(missing) > budget:
            reason = _first_reason(look, wave)
            yield (
                f"wave {wave.name} lost {len(missing)} of {len(wave.clusters)} clusters and its"
                f" budget is {budget}: {reason}"
            )


def _refusals(look: Look, wave: PlannedWave, index: int) -> Iterator[str]:
    """A refused change fails at once where a live gate waits for it."""
    written = look.strategy.waves
    rules = written[index] if index < len(written) else Wave(name=wave.name)
    gate = _live(rules.gates) or _live(look.strategy.gates)
    refused = look.at(Place.REFUSED, filter(look.is_moved, wave.clusters))
    if gate is not None and refused:
        yield f"gate {gate.name}: {refused[0]} refused: {look.sight.standing(refused[0]).reason}"


def _live(gates: tuple[Gate, ...]) -> Gate | None:
    return next((one for one in gates if one.live is not None), None)


def _first_reason(look: Look, wave: PlannedWave) -> str:
    for place in (Place.REFUSED, Place.UNREACHABLE):
        found = look.at(place, wave.clusters)
        if found:
            reason = look.sight.standing(found[0]).reason
            return f"{named(found)} ({reason or place.value})"
    return ""
