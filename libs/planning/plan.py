"""The values of a plan: immutable, ordered, with a hash that confirmations are for."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

import orjson

from libs.kernel.ids import ClusterName, ObjectHash, PlanHash, RevisionId, SetName
from libs.kernel.inventory import Action, InventoryRecord, ObjectResult
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Body

_HEX_DIGITS = 16


class Gate(StrEnum):
    """What has to hold before a layer begins, or after it."""

    NONE = "none"
    ESTABLISHED = "established"
    """the server serves the kinds that the layer defined"""
    LIVE = "live"
    """proxies have what the cluster should have, so that what they used before can go"""


@dataclass(frozen=True, slots=True)
class Step:
    """What is done to one object.

    `body` is what is applied, empty for a deletion. `uid` and `resource_version` are those of the
    object that the plan was made for, empty for one that is not there. `record` is what the
    inventory says once the step is done, but for what the server answers; `former` what it says
    now. `force` takes back fields that were ours; `take_from` are managers whose objects we take
    over. `recreate` allows to delete and make anew what cannot be changed. `needs` are objects
    that must not have failed before. `held` waits for a confirmation of this plan.
    """

    action: Action
    key: ObjectKey
    set: SetName
    version: str
    body: Body = field(default_factory=dict)
    uid: str = ""
    resource_version: str = ""
    record: InventoryRecord | None = None
    former: InventoryRecord | None = None
    force: bool = False
    take_from: tuple[str, ...] = ()
    recreate: bool = False
    needs: tuple[ObjectKey, ...] = ()
    held: bool = False
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """Steps whose order among each other is no matter, what they wait for, and what waits then."""

    steps: tuple[Step, ...]
    before: Gate = Gate.NONE
    then: Gate = Gate.NONE


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do to one cluster for one generation of its target.

    `skipped` are objects that are not as they should be and stay so, each with the reason.
    `forgotten` are records of objects that are no more, or no more ours. `unchanged` is a number
    of objects.
    """

    cluster: ClusterName
    revision: RevisionId
    generation: int
    layers: tuple[Layer, ...] = ()
    skipped: tuple[ObjectResult, ...] = ()
    forgotten: tuple[ObjectResult, ...] = ()
    unchanged: int = 0

    @property
    def steps(self) -> Iterator[Step]:
        """All steps in the order of their layers."""
        return (step for layer in self.layers for step in layer.steps)

    @property
    def held(self) -> tuple[Step, ...]:
        """Steps that wait for a confirmation."""
        return tuple(step for step in self.steps if step.held)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do at all."""
        return not self.layers and not self.forgotten

    @property
    def counts(self) -> Mapping[Action, int]:
        """Number of objects by action, as if every step succeeded; held ones are skipped."""
        counted = Counter(Action.SKIPPED if one.held else one.action for one in self.steps)
        counted[Action.SKIPPED] += len(self.skipped)
        counted[Action.UNCHANGED] += self.unchanged
        return {action: count for action, count in sorted(counted.items()) if count}

    @property
    def hash(self) -> PlanHash:
        """Return the hash of everything that the plan would do, held steps included.

        It is another one for another object, content or order, and the same for another revision
        that asks for the same.
        """
        lines = [[_line(step) for step in layer.steps] for layer in self.layers]
        gone = [_identity(one.key) for one in self.forgotten]
        data = orjson.dumps([self.cluster, lines, gone])
        return PlanHash(hashlib.sha256(data).hexdigest()[:_HEX_DIGITS])


def question(plan: Plan) -> Plan:
    """Return what is left of the plan once everything that is not held is done."""
    kept = (
        replace(layer, steps=tuple(step for step in layer.steps if step.held))
        for layer in plan.layers
    )
    layers = tuple(layer for layer in kept if layer.steps)
    return replace(plan, layers=layers, forgotten=())


def is_confirmed(plan: Plan, confirmed: PlanHash | None) -> bool:
    """Say whether a confirmation is for this plan, or for exactly what is held of it."""
    return confirmed is not None and confirmed in {plan.hash, question(plan).hash}


def executable(plan: Plan, confirmed: PlanHash | None) -> Plan:
    """Return the plan without what is held, or as a whole where that is confirmed."""
    if is_confirmed(plan, confirmed):
        freed = (
            replace(layer, steps=tuple(replace(step, held=False) for step in layer.steps))
            for layer in plan.layers
        )
        return replace(plan, layers=tuple(freed))
    kept = (
        replace(layer, steps=tuple(step for step in layer.steps if not step.held))
        for layer in plan.layers
    )
    return replace(plan, layers=tuple(layer for layer in kept if layer.steps))


def _identity(key: ObjectKey) -> list[str]:
    return [key.group, key.kind, key.namespace, key.name]


def _line(step: Step) -> list[object]:
    desired: ObjectHash | str = step.record.desired if step.record else ""
    return [step.action.value, _identity(step.key), step.set, desired, step.uid, step.held]
