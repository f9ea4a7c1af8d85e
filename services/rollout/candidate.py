"""The plan for the newest revision, where rollouts are in charge of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.revisions import Revision, Target
from libs.kernel.rollouts import RolloutPlan, RolloutState
from libs.rollout.changes import changes, chosen
from libs.rollout.plan import Way, plan_for
from services.rollout.fleets import FleetAt, Fleets

Targets = Mapping[ClusterName, Target]
_Key = tuple[RevisionId, RevisionId | None, frozenset[ClusterName]]


@dataclass(slots=True)
class Candidates:
    """Plans for the newest revision; the last one is kept while nothing that it is of changes."""

    fleets: Fleets
    _last: tuple[_Key, RolloutPlan] | None = field(default=None)

    def of(self, state: RolloutState | None, targets: Targets) -> RolloutPlan | None:
        """Return the plan for the newest revision; None where there is nothing for us to do.

        That is so before the first revision, for a fleet without rules, and where everybody is at
        the newest revision already.
        """
        newest = self.fleets.store.newest_revision()
        if newest is None or (state is not None and state.plan.revision == newest.id):
            return None
        base = self._base(state, targets)
        key = newest.id, base, frozenset(targets)
        if self._last is not None and self._last[0] == key:
            return self._last[1]
        plan = self._plan(newest, base, targets, under_way=state is not None and not state.is_over)
        if plan is not None:
            self._last = key, plan
        return plan

    def _base(self, state: RolloutState | None, targets: Targets) -> RevisionId | None:
        """Return where a rollout starts: where the one under way did, else what runs now."""
        if state is not None and not state.is_over:
            return state.plan.base
        running = {one.revision for one in targets.values()}
        found = [one for name in running if (one := self.fleets.store.revision(name)) is not None]
        return max(found, key=lambda one: one.generation).id if found else None

    def _plan(
        self, newest: Revision, base: RevisionId | None, targets: Targets, *, under_way: bool
    ) -> RolloutPlan | None:
        new = self.fleets.at(newest.id)
        old = self.fleets.at(base) if base is not None else None
        # A commit that lifts the rules goes through them.
        rules = old.rules if old is not None and old.rules else new.rules
        if not under_way and (not rules or _is_there(new, targets)):
            return None
        if not new.view.clusters:
            # Never on doubt: a fleet without clusters is more likely a fault than a wish.
            return None
        labels = {name: one.metadata.labels for name, one in new.view.clusters.items()}
        way = Way(
            base,
            newest.id,
            labels,
            old.view.clusters if old is not None else (),
            targets,
            self.fleets.authors(base, newest.id),
        )
        found = changes(old.contents if old is not None else {}, new.contents)
        return plan_for(way, chosen(rules, found, None), rules.default)


def _is_there(new: FleetAt, targets: Targets) -> bool:
    running = {name: one.revision for name, one in targets.items()}
    return running == dict.fromkeys(new.view.clusters, new.revision.id)
