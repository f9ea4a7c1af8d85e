"""Which objects are deleted: what we made and git has no more, and never what is in doubt."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from libs.kernel.ids import SetName
from libs.kernel.inventory import Action, InventoryRecord, ObjectResult, Phase, RoundState
from libs.observed.health import health_of
from libs.observed.managedfields import applied_by
from libs.observed.sight import kind_of
from libs.planning.layers import NAMESPACE, needs_confirmation
from libs.planning.manifests import PRUNE
from libs.planning.ownership import annotated_owner, is_of_fleet
from libs.planning.plan import Step
from libs.planning.policy import SetPolicy
from libs.planning.rounds import Round
from libs.ports.kubecluster import FIELD_MANAGER, LiveObject

FEW = 5
"""So many deletions are never a large share of a set."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """Deletions, held ones among them; objects that stay, and records that go, with reasons."""

    steps: tuple[Step, ...]
    skipped: tuple[ObjectResult, ...]
    forgotten: tuple[ObjectResult, ...]


def prune(given: Round) -> Pruned:
    """Judge every record of an object that the cluster should not have."""
    meant = given.desired.keys() | given.unknown.keys()
    surplus = [one for key, one in given.inventory.items() if key not in meant]
    judged = [_judged(record, given) for record in surplus]
    steps = [one for one in judged if isinstance(one, Step)]
    skipped = [one for one in judged if isinstance(one, ObjectResult) and one.action is not _GONE]
    forgotten = [one for one in judged if isinstance(one, ObjectResult) and one.action is _GONE]
    reasons = _holds(steps, given)
    held = (_held(step, reasons.get(step.set, "")) for step in steps)
    kept, occupied = _with_room(held, given)
    return Pruned(tuple(kept), (*skipped, *occupied), tuple(forgotten))


_GONE = Action.DELETED


def _judged(record: InventoryRecord, given: Round) -> Step | ObjectResult:
    kind = kind_of(record.key)
    if kind in given.sight.blind:
        reason = f"objects of its kind cannot be seen: {given.sight.blind[kind]}"
        return _skip(record, reason, RoundState.WAITING)
    live = given.sight.objects.get(record.key)
    if live is None:
        return _forget(record, "it is gone")
    stranger = _stranger(record, live, given)
    if stranger:
        return _forget(record, stranger)
    if (live.metadata.get("annotations") or {}).get(PRUNE) == "disabled":
        return _forget(record, f"its annotation `{PRUNE}: disabled` keeps it; it is left alone")
    return _surplus(record, live, given)


def _surplus(record: InventoryRecord, live: LiveObject, given: Round) -> Step | ObjectResult:
    """Judge an object that is ours and still there."""
    if live.deleting:
        return _skip(record, health_of(live).reason, RoundState.WAITING)
    policy = given.policy.of(record.set)
    if given.policy.suspend or policy.suspend:
        reason = "it is to be deleted, and its set or cluster is suspended"
        return _skip(record, reason, RoundState.SUSPENDED)
    if not policy.prune:
        return _skip(record, "git has it no more; it stays, since `prune` is off")
    return _deletion(record, live)


def _stranger(record: InventoryRecord, live: LiveObject, given: Round) -> str:
    """Say why an object under the name of ours is not ours; empty when it is.

    An object whose creation was never answered is ours if it says so itself.
    """
    if live.uid != record.uid and not is_of_fleet(live, given.policy.fleet):
        return "another object has its name now, which is not ours"
    other = annotated_owner(live)
    if other and not other.startswith(f"{given.policy.fleet}/"):
        return f"`{other}` took it over"
    if not other and applied_by(live.body, FIELD_MANAGER) is None:
        return "nothing of it is ours any more"
    return ""


def _deletion(record: InventoryRecord, live: LiveObject) -> Step:
    return Step(
        Action.DELETED,
        record.key,
        record.set,
        record.version,
        uid=live.uid,
        resource_version=live.resource_version,
        record=replace(record, phase=Phase.DELETING, uid=live.uid),
        former=record,
    )


def _holds(steps: Iterable[Step], given: Round) -> Mapping[SetName, str]:
    """Return the reason to ask before anything of a set is deleted, for sets that have one."""
    deleted = Counter(step.set for step in steps)
    had = Counter(record.set for record in given.inventory.values())
    left = Counter(wanted.set for wanted in given.desired.values())
    found: dict[SetName, str] = {}
    for name, count in deleted.items():
        reason = _hold(name, (count, had[name], left[name]), given)
        if reason:
            found[name] = reason
    return found


def _hold(name: SetName, numbers: tuple[int, int, int], given: Round) -> str:
    count, had, left = numbers
    policy = given.policy.of(name)
    if given.doubts:
        return given.doubts[0]
    if name not in given.policy.sets:
        return f"the cluster does not get set `{name}` any more"
    if not left:
        return f"set `{name}` has no objects any more"
    return _too_many(name, count, had, policy)


def _too_many(name: SetName, count: int, had: int, policy: SetPolicy) -> str:
    if count > policy.max_deletions:
        return f"{count} deletions in set `{name}` are more than {policy.max_deletions}"
    share = 100 * count / had
    if count > FEW and share > policy.max_deletions_percent:
        limit = f"{policy.max_deletions_percent:g} %"
        return f"{count} deletions are {share:.0f} % of set `{name}`, more than {limit}"
    return ""


def _held(step: Step, reason: str) -> Step:
    if needs_confirmation(step.key):
        reason = f"the deletion of a {step.key.kind} takes everything in it along"
    return replace(step, held=True, reason=reason) if reason else step


def _with_room(steps: Iterable[Step], given: Round) -> tuple[list[Step], list[ObjectResult]]:
    """Leave namespaces that hold objects which this plan does not delete."""
    made = list(steps)
    going = {step.key for step in made}
    staying = {key.namespace for key in (*given.desired, *given.inventory) if key not in going}
    kept, occupied = [], []
    for step in made:
        if kind_of(step.key) == NAMESPACE and step.key.name in staying:
            reason = "it still holds objects of the fleet"
            skipped = ObjectResult(step.key, step.set, Action.SKIPPED, reason, RoundState.WAITING)
            occupied.append(skipped)
        else:
            kept.append(step)
    return kept, occupied


def _skip(
    record: InventoryRecord, reason: str, state: RoundState = RoundState.DONE
) -> ObjectResult:
    return ObjectResult(record.key, record.set, Action.SKIPPED, reason, state)


def _forget(record: InventoryRecord, reason: str) -> ObjectResult:
    return ObjectResult(record.key, record.set, _GONE, reason)
