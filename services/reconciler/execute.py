"""Executes a plan, layer by layer. There are no choices here: what the plan does not say, stays.

All dry runs of a layer come before its first write. What may be written is in the inventory before
it is, and what became of it afterwards: whoever is killed in between looks again and goes on.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from libs.kernel.inventory import Action, InventoryRecord, ObjectResult, RoundState
from libs.kernel.origins import ObjectKey
from libs.observed.health import health_of
from libs.planning.make import failed_needs
from libs.planning.plan import Gate, Layer, Plan, Step
from libs.ports.kubecluster import (
    Delete,
    Done,
    KubeCluster,
    LiveObject,
    Refusal,
    Refused,
    Unanswered,
    WriteResult,
)
from libs.ports.steps import Steps
from libs.ports.store import Store
from services.reconciler import steps as names
from services.reconciler.batches import Batches
from services.reconciler.gates import Gates
from services.reconciler.verdicts import (
    applied,
    apply_of,
    changes_nothing,
    delete_of,
    handed_over,
    is_immutable,
    may_pass,
    reason_of,
)


class LeftOffError(Exception):
    """Ends the execution between two layers or batches, with the reason."""


@dataclass(frozen=True, slots=True)
class Fence:
    """What allows to write: `deadline_s` of the monotonic clock, and that nothing newer is wanted.

    `deadline_s` raises WaitingError when the cluster is somebody else's now.
    """

    deadline_s: Callable[[], float | None]
    is_newest: Callable[[], bool]

    def check(self) -> None:
        """Raise WaitingError when we may not write any more."""
        self.deadline_s()


@dataclass(slots=True)
class Outcome:
    """What became of a plan: a result for each step that was tried, in order.

    `lives` are objects as the server has them now, None for those that are gone. `interrupted`
    says why not everything was tried; `retry` that another try may do more, `retry_after_s` when.
    """

    results: list[ObjectResult] = field(default_factory=list)
    lives: dict[ObjectKey, LiveObject | None] = field(default_factory=dict)
    failed: dict[ObjectKey, str] = field(default_factory=dict)
    interrupted: str = ""
    retry: bool = False
    retry_after_s: float = 0.0


@dataclass(slots=True)
class Execution:
    """One plan on its way. Not used twice."""

    cluster: KubeCluster
    store: Store
    steps: Steps
    gates: Gates
    fence: Fence
    seen: Mapping[ObjectKey, LiveObject]
    outcome: Outcome = field(default_factory=Outcome)
    batches: Batches = field(init=False)

    def __post_init__(self) -> None:
        """Know nothing yet of the server's speed."""
        self.batches = Batches(self.gates.clock)

    def run(self, plan: Plan) -> Outcome:
        """Carry out a plan as far as it goes. Raises TransientError when the Store is away."""
        try:
            if plan.forgotten:
                self._record((), [one.key for one in plan.forgotten])
            for layer in plan.layers:
                self._layer(layer)
        except LeftOffError as error:
            self.outcome.interrupted = str(error)
            self.outcome.retry = True
        return self.outcome

    def _layer(self, layer: Layer) -> None:
        if layer.before is Gate.LIVE:
            self._wait_live()
        self._check()
        making = [step for step in layer.steps if step.action is not Action.DELETED]
        ready = self._dry_runs([step for step in making if self._has_needs(step)])
        self._record([step.record for step in ready if step.record])
        if ready:
            self.steps.reached(names.INTENT_RECORDED)
        for batch in self.batches.of(ready):
            self._check()
            self._apply(batch)
        deleting = [step for step in layer.steps if step.action is Action.DELETED]
        for batch in self.batches.of(deleting):
            self._check()
            self._delete(batch)
        if layer.then is Gate.ESTABLISHED:
            self._establish([step for step in making if step.key not in self.outcome.failed])

    def _check(self) -> None:
        """Stop when something newer is wanted, or the cluster is somebody else's by now."""
        self.fence.check()
        if not self.fence.is_newest():
            raise LeftOffError("a newer target came; the rest of this plan is left")

    def _wait_live(self) -> None:
        reason = self.gates.live(self.fence.is_newest)
        if reason:
            raise LeftOffError(reason)

    def _establish(self, steps: Sequence[Step]) -> None:
        for key, reason in self.gates.established([step.key for step in steps]).items():
            self.outcome.failed[key] = reason
            self.outcome.retry = True

    def _has_needs(self, step: Step) -> bool:
        reason = failed_needs(step, self.outcome.failed)
        if reason:
            self._fail(step, reason)
        return not reason

    def _dry_runs(self, steps: Sequence[Step]) -> list[Step]:
        """Return the steps that are to be written: those that would do something, and may."""
        ready: list[Step] = []
        settled: list[InventoryRecord] = []
        for batch in self.batches.of(steps):
            self._check()
            writes = [apply_of(step) for step in batch]
            results = self.cluster.write(writes, dry_run=True)
            for step, result in zip(batch, results, strict=True):
                record = self._judged(step, result, ready)
                if record is not None:
                    settled.append(record)
            self._stop_without_answers(results)
        self._record(settled)
        return ready

    def _judged(self, step: Step, result: WriteResult, ready: list[Step]) -> InventoryRecord | None:
        """Put a step among the ready ones, or note why it is not; a record if nothing is to do."""
        if isinstance(result, Done):
            dry, live = result.object(), self._live(step.key)
            if step.take_from or not changes_nothing(dry, live):
                ready.append(step)
                return None
            self._result(step, Action.UNCHANGED, step.reason and "nothing had to be changed")
            return applied(step.record, live or dry) if step.record else None
        if isinstance(result, Refused) and result.code is Refusal.NO_DRY_RUN:
            ready.append(replace(step, reason="unverified: a webhook allows no dry run"))
        elif is_immutable(result) and step.recreate:
            ready.append(step)
        else:
            self._refused(step, result)
        return None

    def _apply(self, batch: Sequence[Step]) -> None:
        results = self.cluster.write(
            [apply_of(step) for step in batch], not_after_s=self.fence.deadline_s()
        )
        self.steps.reached(names.WRITTEN)
        records: list[InventoryRecord] = []
        gone: list[ObjectKey] = []
        for step, given in zip(batch, results, strict=True):
            result = given
            if is_immutable(result) and step.recreate:
                result = self._recreated(step)
            if isinstance(result, Done):
                live = self._handed_over(step, result.object())
                self.outcome.lives[step.key] = live
                records += [applied(step.record, live)] if step.record else []
                self._result(step, step.action, step.reason)
            else:
                self._undo_intent(step, result, records, gone)
                self._refused(step, result)
        self._record_results(records, gone)
        self._stop_without_answers(results)

    def _undo_intent(
        self,
        step: Step,
        result: WriteResult,
        records: list[InventoryRecord],
        gone: list[ObjectKey],
    ) -> None:
        """Take an intent back where nothing happened for sure."""
        if isinstance(result, Unanswered) and result.sent:
            return
        if step.former is not None:
            records.append(step.former)
        elif step.key not in self.outcome.lives:
            gone.append(step.key)

    def _recreated(self, step: Step) -> WriteResult:
        """Delete what cannot be changed, and make it anew once it is gone."""
        deadline_s = self.fence.deadline_s()
        removed = self.cluster.write([Delete(step.key, step.uid)], not_after_s=deadline_s)[0]
        if not isinstance(removed, Done):
            return removed
        self.steps.reached(names.WRITTEN)
        if not self.gates.gone(step.key):
            return Refused(Refusal.TERMINATING, "its deletion waits for finalizers")
        anew = replace(apply_of(step), uid="", resource_version="")
        return self.cluster.write([anew], not_after_s=deadline_s)[0]

    def _handed_over(self, step: Step, live: LiveObject) -> LiveObject:
        """Take what other managers owned from them; a refusal leaves it with both."""
        if not step.take_from:
            return live
        write = handed_over(live, step.take_from)
        result = self.cluster.write([write], not_after_s=self.fence.deadline_s())[0]
        return result.object() if isinstance(result, Done) else live

    def _delete(self, batch: Sequence[Step]) -> None:
        self._record([step.record for step in batch if step.record])
        self.steps.reached(names.INTENT_RECORDED)
        results = self.cluster.write(
            [delete_of(step) for step in batch], not_after_s=self.fence.deadline_s()
        )
        self.steps.reached(names.WRITTEN)
        records: list[InventoryRecord] = []
        gone: list[ObjectKey] = []
        for step, result in zip(batch, results, strict=True):
            if isinstance(result, Done) and result.live is not None:
                self.outcome.lives[step.key] = result.live
                self._result(step, Action.DELETED, health_of(result.live).reason)
            elif _is_gone(result):
                self.outcome.lives[step.key] = None
                gone.append(step.key)
                self._result(step, Action.DELETED, step.reason)
            else:
                self._undo_intent(step, result, records, gone)
                self._refused(step, result)
        self._record_results(records, gone)
        self._stop_without_answers(results)

    def _refused(self, step: Step, result: WriteResult) -> None:
        if isinstance(result, Done):
            return
        self.outcome.retry |= may_pass(result)
        if isinstance(result, Unanswered) and result.retry_after_s:
            self.outcome.retry_after_s = max(self.outcome.retry_after_s, result.retry_after_s)
        self._fail(step, reason_of(result))

    def _stop_without_answers(self, results: Sequence[WriteResult]) -> None:
        """Leave a server alone that answered nothing of a whole batch."""
        if results and all(isinstance(one, Unanswered) for one in results):
            reason = next(one.reason for one in results if isinstance(one, Unanswered))
            raise LeftOffError(reason)

    def _fail(self, step: Step, reason: str) -> None:
        self.outcome.failed[step.key] = reason
        self._result(step, Action.SKIPPED, reason)

    def _result(self, step: Step, action: Action, reason: str) -> None:
        waits = action is Action.DELETED and self.outcome.lives.get(step.key) is not None
        state = RoundState.WAITING if waits else RoundState.DONE
        self.outcome.results.append(ObjectResult(step.key, step.set, action, reason, state))

    def _live(self, key: ObjectKey) -> LiveObject | None:
        return self.outcome.lives[key] if key in self.outcome.lives else self.seen.get(key)

    def _record_results(
        self, records: Iterable[InventoryRecord], gone: Sequence[ObjectKey]
    ) -> None:
        """Note what became of a batch."""
        self._record(records, gone)
        self.steps.reached(names.RESULT_RECORDED)

    def _record(self, records: Iterable[InventoryRecord], gone: Sequence[ObjectKey] = ()) -> None:
        """Note in the inventory, unless the cluster is somebody else's by now."""
        made = list(records)
        if made or gone:
            self.fence.check()
            self.store.record_inventory(self.cluster.name, made, gone)


def _is_gone(result: WriteResult) -> bool:
    if isinstance(result, Refused):
        return result.code is Refusal.ABSENT
    return isinstance(result, Done)
