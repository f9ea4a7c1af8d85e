"""Makes the plan: what is to be done, in layers that nothing in them has to wait for another in."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from libs.kernel.ids import SetName
from libs.kernel.inventory import Action, ObjectResult, RoundState
from libs.kernel.origins import ObjectKey
from libs.observed.sight import kind_of
from libs.planning.applying import interim, steps
from libs.planning.layers import (
    DEFINITION,
    DESTINATION_RULE,
    VIRTUAL_SERVICE,
    Rank,
    rank,
    trim_rank,
)
from libs.planning.manifests import wave_of
from libs.planning.plan import Gate, Layer, Plan, Step
from libs.planning.pruning import prune
from libs.planning.rounds import Round

_NOBODYS = SetName("")


def make_plan(given: Round) -> Plan:
    """Decide everything that a round does. The same round always gives the same plan.

    First what is made, by what needs it; then, once proxies have that, what routes named before;
    then deletions in the reverse order.
    """
    judged = list(steps(given))
    pruned = prune(given)
    made = [one for one in judged if isinstance(one, Step)]
    skipped = [one for one in judged if isinstance(one, ObjectResult)]
    skipped += [
        ObjectResult(key, _NOBODYS, Action.SKIPPED, reason, RoundState.FAILED)
        for key, reason in given.unknown.items()
    ]
    building, trimming = _split(made, given, moves=_routes_move(made, pruned.steps))
    breaking = (*_layers(trimming), *reversed(_layers(_ranked(pruned.steps, given))))
    gated = tuple(replace(layer, before=Gate.LIVE) for layer in breaking)
    return Plan(
        given.cluster,
        given.revision,
        given.generation,
        (*_layers(building), *gated),
        tuple(sorted((*skipped, *pruned.skipped), key=lambda one: one.key)),
        pruned.forgotten,
        sum(one is None for one in judged),
    )


Ranked = Mapping[Rank, list[Step]]


def _split(made: Iterable[Step], given: Round, *, moves: bool) -> tuple[Ranked, Ranked]:
    """Place steps by rank; what takes subsets away becomes two, one early and one late."""
    building: dict[Rank, list[Step]] = {}
    trimming: dict[Rank, list[Step]] = {}
    for step in made:
        live = given.sight.objects.get(step.key)
        wave = wave_of(step.body)
        early = None
        if moves and live is not None and kind_of(step.key) == DESTINATION_RULE:
            early = interim(step, live)
        building.setdefault(rank(step.key, wave), []).append(early or step)
        if early is not None:
            # The early step changes the object, so that its version is no condition any more.
            late = replace(step, resource_version="", former=early.record, needs=(step.key,))
            trimming.setdefault(trim_rank(wave), []).append(late)
    return building, trimming


def _routes_move(made: Iterable[Step], deleted: Iterable[Step]) -> bool:
    """Say whether any VirtualService may stop to name a subset."""
    touched = (*made, *deleted)
    return any(
        kind_of(step.key) == VIRTUAL_SERVICE and step.action is not Action.CREATED
        for step in touched
    )


def _ranked(deletions: Iterable[Step], given: Round) -> Ranked:
    found: dict[Rank, list[Step]] = {}
    for step in deletions:
        live = given.sight.objects[step.key]
        found.setdefault(rank(step.key, wave_of(live.body)), []).append(step)
    return found


def _layers(ranked: Ranked) -> tuple[Layer, ...]:
    return tuple(
        Layer(tuple(sorted(some, key=lambda step: step.key)), then=_gate(some))
        for _, some in sorted(ranked.items(), key=lambda item: item[0])
    )


def _gate(some: Iterable[Step]) -> Gate:
    defines = any(
        kind_of(step.key) == DEFINITION and step.action is not Action.DELETED for step in some
    )
    return Gate.ESTABLISHED if defines else Gate.NONE


def failed_needs(step: Step, failed: Mapping[ObjectKey, str]) -> str:
    """Say which failed object a step cannot do without; empty for none."""
    for key in step.needs:
        if key in failed:
            return f"it needs {key}, which failed"
    return ""
