"""One cluster: look, plan, execute, report. Where nothing is new, nothing is asked for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from libs.adapters.istiod.debugging import sync_status
from libs.desired.select import RenderError
from libs.kernel.ids import ClusterName, PlanHash, RevisionId, SetName
from libs.kernel.inventory import Action, ClusterReport, InventoryRecord, RoundState
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.kernel.revisions import Target
from libs.observed.sight import Kind, Looking, kind_of
from libs.planning.applying import Drift, drift_of
from libs.planning.fights import Fights
from libs.planning.make import make_plan
from libs.planning.plan import Plan, executable, is_confirmed
from libs.planning.redaction import is_secret, text_redactor
from libs.planning.rounds import Round, fingerprint_of
from libs.ports.clock import Clock
from libs.ports.kubecluster import KubeCluster, LiveObject, Selection, Watch
from libs.ports.steps import Steps
from libs.ports.store import Store
from services.reconciler import steps as names
from services.reconciler.direction import Direction, Wanted
from services.reconciler.execute import Execution, Fence, Outcome
from services.reconciler.gates import Behind, Gates, proxies_behind
from services.reconciler.istiod import IstiodSync, SyncStatus
from services.reconciler.reporting import reported, timed
from services.reconciler.telling import Teller

LOOK_S_MAX = 10.0
"""So long a round waits for the first sight of kinds that it needs."""

PRINTS_MAX = 100_000
"""So many fingerprints of versions of objects are remembered."""

RETRY_S_MIN = 1.0
RETRY_S_MAX = 60.0


@dataclass(slots=True)
class Shared:
    """What the rounds of all clusters share. `direction` says what each of them is to become.

    `instance` is the name of this process in Events, `sync_status` asks an istiod.
    """

    store: Store
    clock: Clock
    steps: Steps
    direction: Direction
    instance: str = "periplus"
    sync_status: SyncStatus = sync_status


@dataclass(slots=True)
class OneCluster:
    """What one thread knows of one cluster between rounds. `deadline_s` is that of its lease."""

    shared: Shared
    cluster: KubeCluster
    deadline_s: Callable[[], float | None]
    looking: Looking = field(default_factory=lambda: Looking(()))
    fights: Fights = field(default_factory=Fights)
    failures: int = 0
    next_try_s: float = 0.0
    _watch: Watch | None = None
    _kinds: frozenset[Kind] = frozenset()
    _scoped: tuple[Kind, ...] = ()
    _wanted: Wanted | None = None
    _prints: dict[tuple[str, str], str] = field(default_factory=dict)
    _settled: tuple[Target, PlanHash | None] | None = None
    _ownerless: tuple[Target, str] | None = None
    _former: ClusterReport | None = None
    _teller: Teller = field(init=False)

    def __post_init__(self) -> None:
        """Have told nothing yet."""
        shared = self.shared
        self._teller = Teller(self.cluster, shared.clock, shared.instance)

    @property
    def name(self) -> ClusterName:
        """Name of the cluster."""
        return self.cluster.name

    def one_round(self, target: Target, confirmed: PlanHash | None) -> ClusterReport | None:
        """Bring the cluster nearer to its target; None where there was nothing to look at.

        Raises TransientError when the Store is away, WaitingError when the cluster is not ours (any
        more), of which nothing is recorded; everything else ends in the report.
        """
        self.deadline_s()
        now_s = self.shared.clock.monotonic_s()
        heard = self._hear(0.0)
        due = self.failures > 0 and now_s >= self.next_try_s
        if not heard and not due and self._settled == (target, confirmed):
            return None
        if self.failures and not due and self._settled == (target, confirmed):
            return None
        # Whatever keeps the report from being recorded, the next round looks once more.
        self._settled = None
        report = self._collapsed(target, confirmed)
        deadline_s = self.deadline_s()
        former = self._former
        self._record(report)
        self._settled = (target, confirmed)
        if report is not former:
            self._tell(report, former, deadline_s)
        return report

    def ownerless(self, target: Target, reason: str) -> ClusterReport | None:
        """Report that nobody can work on the cluster; None where that was said before.

        Raises TransientError when the Store is away.
        """
        if self._ownerless == (target, reason):
            return None
        report = self._without_plan(target, RoundState.FAILED, reason)
        self._record(report)
        self._ownerless = target, reason
        return report

    def rest(self) -> None:
        """Watch nothing and forget what a next owner would look at anew."""
        self.close()
        self._settled = None
        self.failures = 0

    def plan(self, target: Target) -> tuple[Plan, Wanted]:
        """Look and decide, without doing anything. Raises the three loop errors, RenderError."""
        wanted = self._want(target.revision)
        inventory = self._inventory()
        self._look_for({kind_of(key) for key in (*wanted.desired, *inventory)})
        return make_plan(self._round(target, wanted, inventory)), wanted

    def drifts(self, target: Target) -> tuple[tuple[Drift, ...], Wanted]:
        """Return what others changed, whether it is going to be healed or not.

        Raises as `plan` does.
        """
        _, wanted = self.plan(target)
        inventory = self._inventory()
        given = self._round(target, wanted, inventory)
        found = (
            drift_of(one, inventory[key], given)
            for key, one in wanted.desired.items()
            if key in inventory and inventory[key].desired == one.hash
        )
        return tuple(drift for drift in found if drift is not None), wanted

    def execute(self, target: Target, confirmed: PlanHash | None) -> ClusterReport:
        """Look, decide, do what needs no further confirmation, and say what became of it."""
        plan, wanted = self.plan(target)
        outcome = self._executed(plan, confirmed, target)
        self._learn(plan, outcome)
        if is_confirmed(plan, confirmed):
            self.shared.store.confirm(self.name, None)
        report = reported(plan, outcome, confirmed, self._lives(wanted))
        return self._finished(report, wanted)

    def close(self) -> None:
        """End the watch. May be repeated."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    def _record(self, report: ClusterReport) -> None:
        self.shared.store.record_report(report)
        self._ownerless = None
        self.shared.steps.reached(names.REPORTED)

    def _tell(
        self, report: ClusterReport, former: ClusterReport | None, not_after_s: float | None
    ) -> None:
        """Tell people on the objects; where everything is suspended, nothing is written."""
        wanted = self._wanted
        if wanted is None or wanted.policy.suspend:
            return
        self._teller.tell(
            (report, former),
            self.looking.now().objects,
            {key: one.body for key, one in wanted.desired.items()},
            by_status=not wanted.policy.istiod,
            not_after_s=not_after_s,
        )

    def wait(self, timeout_s: float) -> None:
        """Return when something changed in the cluster, or after a time."""
        if self._watch is None:
            self.shared.clock.sleep(timeout_s)
        elif self._hear(timeout_s) and not self.failures:
            self._settled = None

    def _collapsed(self, target: Target, confirmed: PlanHash | None) -> ClusterReport:
        """Turn whatever a round ends with into its report and the time of the next one."""
        try:
            report = self.execute(target, confirmed)
            again = report.state in {RoundState.FAILED, RoundState.WAITING}
            self._schedule(RETRY_S_MIN if again else None)
        except WaitingError as error:
            self._schedule(error.retry_after_s)
            report = self._without_plan(target, RoundState.WAITING, error.reason)
        except (TransientError, StalledError) as error:
            self._schedule(RETRY_S_MIN)
            report = self._without_plan(target, RoundState.FAILED, error.reason)
        except RenderError as error:
            self._schedule(None)
            report = self._without_plan(target, RoundState.FAILED, str(error))
        return report

    def _schedule(self, first_s: float | None) -> None:
        """Note when to try again, later each time; None for not before something changes."""
        if first_s is None:
            self.failures = 0
            return
        pause_s = max(first_s, min(RETRY_S_MIN * 2**self.failures, RETRY_S_MAX))
        self.failures = min(self.failures + 1, 16)
        self.next_try_s = self.shared.clock.monotonic_s() + pause_s

    def _without_plan(self, target: Target, state: RoundState, reason: str) -> ClusterReport:
        report = ClusterReport(
            self.name, target.revision, target.generation, PlanHash(""), state, 0.0, reason
        )
        return self._finished(report, self._wanted)

    def _finished(self, report: ClusterReport, wanted: Wanted | None) -> ClusterReport:
        """Strike out values of Secrets, and keep the time of a report that says nothing new."""
        values = wanted.desired.items() if wanted else ()
        secrets = [one.body for key, one in values if is_secret(key)]
        reports = {one.cluster: one for one in self.shared.store.reports()}
        self._former = reports.get(self.name)
        return timed(
            report,
            self._former,
            self.shared.clock.now_s(),
            text_redactor(secrets),
        )

    def _executed(self, plan: Plan, confirmed: PlanHash | None, target: Target) -> Outcome:
        fence = Fence(self.deadline_s, lambda: self.shared.direction.is_newest(target))
        gates = Gates(self.cluster, self.shared.clock, self._behind(plan.revision))
        shared, seen = self.shared, self.looking.now().objects
        execution = Execution(self.cluster, shared.store, shared.steps, gates, fence, seen)
        return execution.run(executable(plan, confirmed))

    def _behind(self, revision: RevisionId) -> Behind:
        """Return who knows whether proxies follow: istiod where it serves them, else the Store."""
        shared, wanted = self.shared, self._wanted
        if wanted is not None and wanted.policy.istiod:
            return IstiodSync(self.cluster, shared.clock, shared.sync_status).behind
        return lambda: proxies_behind(shared.store, self.name, revision)

    def _learn(self, plan: Plan, outcome: Outcome) -> None:
        """Take in what writes answered, before the watch tells it once more."""
        for key, live in outcome.lives.items():
            if live is None:
                self.looking.lost(key)
            else:
                self.looking.took(live)
        done = {one.key for one in outcome.results if one.action is not Action.SKIPPED}
        healed = [one.key for one in plan.steps if one.reason and one.record and one.key in done]
        self.fights = self.fights.corrected(healed, self.shared.clock.monotonic_s())

    def _want(self, revision_id: RevisionId) -> Wanted:
        if self._wanted is None or self._wanted.revision != revision_id:
            direction, scopes = self.shared.direction, self._scopes()
            self._wanted = direction.wanted(self.name, revision_id, scopes)
        return self._wanted

    def _scopes(self) -> tuple[Kind, ...]:
        if not self._scoped:
            served = self.cluster.discover().resources
            self._scoped = tuple((one.group, one.kind) for one in served if not one.namespaced)
        return self._scoped

    def _inventory(self) -> Mapping[ObjectKey, InventoryRecord]:
        return {one.key: one for one in self.shared.store.inventory(self.name)}

    def _round(
        self, target: Target, wanted: Wanted, inventory: Mapping[ObjectKey, InventoryRecord]
    ) -> Round:
        return Round(
            self.name,
            wanted.revision,
            target.generation,
            wanted.desired,
            inventory,
            self.looking.now(),
            wanted.policy,
            unknown=wanted.closed,
            fought=self.fights.fought(self.shared.clock.monotonic_s()),
            fingerprint=self._fingerprint,
        )

    def _fingerprint(self, live: LiveObject) -> str:
        """Return what we own of an object; one version of it is looked at once."""
        at = (live.uid, live.resource_version)
        found = self._prints.get(at)
        if found is None:
            if len(self._prints) >= PRINTS_MAX:
                self._prints.clear()
            found = self._prints[at] = fingerprint_of(live)
        return found

    def _lives(self, wanted: Wanted) -> Mapping[ObjectKey, tuple[SetName, LiveObject]]:
        objects = self.looking.now().objects
        found = wanted.desired.items()
        return {key: (one.set, objects[key]) for key, one in found if key in objects}

    def _look_for(self, kinds: set[Kind]) -> None:
        """Watch these kinds, and wait for the first sight of those that are new."""
        if frozenset(kinds) != self._kinds or self._watch is None:
            self.close()
            self.cluster.discover()
            self._kinds = frozenset(kinds)
            self.looking = Looking(kinds)
            self._watch = self.cluster.watch([Selection(*kind) for kind in sorted(kinds)])
        deadline_s = self.shared.clock.monotonic_s() + LOOK_S_MAX
        while self.looking.unseen and self.shared.clock.monotonic_s() < deadline_s:
            if not self._hear(0.2):
                self.shared.clock.sleep(0.01)

    def _hear(self, timeout_s: float) -> int:
        return self.looking.follow(self._watch.poll(timeout_s)) if self._watch else 0
