"""The way forward through one wave: begin, move, soak."""

from dataclasses import replace

from libs.kernel.ids import ClusterName
from libs.kernel.rollouts import Occasion, Stage
from libs.meshapi.rollout import Window
from libs.rollout.approving import lacking
from libs.rollout.failing import lost
from libs.rollout.look import Look, named
from libs.rollout.result import Step, Wait, WaitKind
from libs.rollout.shares import at_most, tolerated
from libs.rollout.standing import SETTLED, Place
from libs.rollout.windows import closed_by

PROGRESS_DEADLINE_S = 600.0
"""So long nothing need happen where a strategy does not say how long."""


def begin_wave(look: Look) -> Step | str:
    """Begin the present wave as soon as its rules allow it."""
    if not look.wave.clusters:
        return passed(look, "no cluster is in it")
    needed = lacking(look)
    if needed:
        return Step(look.state, wait=Wait(WaitKind.APPROVAL, needed))
    away = lost(look, look.wave, under_way=True)
    budget = tolerated(look.strategy.budget.clusters, len(look.wave.clusters))
    if len(away) > budget:
        text = f"{len(away)} clusters are away and the budget is {budget}: {named(away)}"
        return Step(look.state, wait=Wait(WaitKind.CLUSTERS, text))
    made = _moves(look, begun=False)
    if isinstance(made, str) or made.state == look.state:
        return made
    return replace(made, events=(look.event(Occasion.WAVE_BEGUN), *made.events))


def next_moves(look: Look) -> Step | str:
    """Move as many clusters as may be on their way at once, until all are there.

    A text is one sentence why it has failed.
    """
    return _moves(look, begun=True)


def soak(look: Look) -> Step | str:
    """Watch for a while, then ask the gates."""
    whole = look.rules.soak
    left_s = (whole.total_seconds() if whole else 0.0) - look.state.watched_s
    if left_s > 0:
        return Step(look.state, wait=Wait(WaitKind.SOAK, f"{left_s:.0f} s of soak are left"))
    if not look.gates:
        return passed(look, "")
    return Step(look.asking(look.state))


def passed(look: Look, why: str) -> Step:
    """End the wave, and the rollout behind the last one."""
    events = (look.event(Occasion.WAVE_PASSED, why),)
    after = look.entered(replace(look.state, wave=look.state.wave + 1))
    return Step(after, events=events)


def deadline_s(look: Look) -> float:
    """Seconds without progress after which a wave has failed."""
    written = look.strategy.progress_deadline
    return written.total_seconds() if written else PROGRESS_DEADLINE_S


def _moves(look: Look, *, begun: bool) -> Step | str:
    waiting = [one for one in look.wave.clusters if not look.is_moved(one)]
    transit = [] if look.state.plan.direct else look.in_transit()
    if not waiting and not transit:
        after = replace(look.state, stage=Stage.SOAKING, watched_s=0.0, idle_s=0.0)
        return Step(after, events=(look.event(Occasion.SETTLED, _counts(look)),))
    closed = {one: _closed(look, one, begun=begun) for one in waiting}
    room = at_most(look.rules.max_concurrent, len(look.wave.clusters)) - len(transit)
    movable = [one for one in waiting if closed[one] is None][: max(0, room)]
    if movable:
        return _moved(look, movable)
    window = next((one for one in closed.values() if one is not None), None)
    if window is not None and not transit:
        text = f"{window.kind} window {window.name} keeps {len(waiting)} clusters from moving"
        return Step(look.state, wait=Wait(WaitKind.WINDOW, text))
    return _watched(look, transit)


def _moved(look: Look, clusters: list[ClusterName]) -> Step:
    after = replace(look.state, stage=Stage.MOVING, idle_s=0.0)
    return Step(
        after,
        tuple(look.move(one, look.state.plan.revision) for one in clusters),
        events=(look.event(Occasion.MOVED, named(clusters)),),
    )


def _watched(look: Look, transit: list[ClusterName]) -> Step | str:
    """Note progress, or for how long there has been none."""
    settled = sum(_is_settled(look, one) for one in look.wave.clusters)
    text = f"{named(transit)} on the way, {settled} of {len(look.wave.clusters)} settled"
    wait = Wait(WaitKind.CLUSTERS, text)
    if settled > look.state.settled:
        return Step(replace(look.state, settled=settled, idle_s=0.0), wait=wait)
    if look.state.idle_s >= deadline_s(look):
        return f"no progress for {look.state.idle_s:.0f} s: {text}"
    return Step(look.state, wait=wait)


def _is_settled(look: Look, cluster: ClusterName) -> bool:
    return look.is_moved(cluster) and look.sight.standing(cluster).place in SETTLED


def _closed(look: Look, cluster: ClusterName, *, begun: bool) -> Window | None:
    labels = look.sight.labels.get(cluster, {})
    return closed_by(look.strategy.windows, labels, look.now.wall_s, begun=begun)


def _counts(look: Look) -> str:
    counted = {place: len(look.at(place, look.wave.clusters)) for place in Place}
    return ", ".join(f"{count} {place.value}" for place, count in counted.items() if count)
