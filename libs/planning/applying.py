"""Which objects are made or changed, and which cannot be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from libs.kernel.inventory import Action, InventoryRecord, ObjectResult, Phase, RoundState
from libs.kernel.origins import ObjectKey
from libs.observed.managedfields import managers, owned_values
from libs.observed.sight import Kind, kind_of
from libs.planning.comparing import Difference, differences
from libs.planning.ignoring import effective
from libs.planning.layers import DEFINITION, NAMESPACE
from libs.planning.manifests import RECREATE, Manifest, body_hash
from libs.planning.ownership import Theirs, appliers, claim, edited_by_hand
from libs.planning.plan import Step
from libs.planning.rounds import Round
from libs.ports.kubecluster import FIELD_MANAGER, Body, LiveObject

UNCHANGED = None
SHOWN = 3
"""So many fields of a drift are named."""


@dataclass(frozen=True, slots=True)
class Drift:
    """An object that is not as we left it: None for one that is gone."""

    key: ObjectKey
    differences: tuple[Difference, ...] | None
    by: tuple[str, ...]

    def __str__(self) -> str:
        """Say what differs and who did it, without any value."""
        who = f" by {', '.join(self.by)}" if self.by else ""
        if self.differences is None:
            return "it was deleted"
        paths = ", ".join(one.path for one in self.differences[:SHOWN]) or "who owns its fields"
        rest = len(self.differences) - SHOWN
        more = f" and {rest} more" if rest > 0 else ""
        return f"{paths}{more} changed{who}"


def steps(given: Round) -> Iterator[Step | ObjectResult | None]:
    """Yield a step or the reason why not for each desired object, None where it is as it should."""
    defined = _definitions(given.desired)
    for wanted in given.desired.values():
        found = _step(wanted, given)
        needs = tuple(_needs(wanted.key, given.desired, defined))
        yield replace(found, needs=needs) if needs and isinstance(found, Step) else found


def drift_of(wanted: Manifest, record: InventoryRecord, given: Round) -> Drift | None:
    """Return how an object differs from what we last made of it; None where it does not."""
    live = given.sight.objects.get(wanted.key)
    if live is None:
        return Drift(wanted.key, None, ())
    body = _effective(wanted, live, given)
    if live.uid == record.uid and given.fingerprint(live) == record.owned:
        return None
    found = tuple(differences(body, live.body))
    if not found and live.uid == record.uid and wanted.hash == record.desired:
        return None
    return Drift(wanted.key, found, tuple(_who(live, found)))


def _step(wanted: Manifest, given: Round) -> Step | ObjectResult | None:
    obstacle = _obstacle(wanted, given)
    if obstacle is not None:
        return obstacle
    live, record = given.sight.objects.get(wanted.key), given.inventory.get(wanted.key)
    if record is None or (live is not None and live.uid != record.uid):
        return _first(wanted, live, given)
    if record.phase is not Phase.APPLIED or record.desired != wanted.hash:
        return _made(wanted, given, Action.CREATED) if live is None else _changed(wanted, given)
    return _healed(wanted, record, given)


def _obstacle(wanted: Manifest, given: Round) -> ObjectResult | None:
    """Say what keeps us from touching an object at all."""
    if given.policy.suspend:
        return _skip(wanted, "the cluster is suspended", RoundState.SUSPENDED)
    if given.policy.of(wanted.set).suspend:
        return _skip(wanted, f"set `{wanted.set}` is suspended", RoundState.SUSPENDED)
    blind = given.sight.blind.get(kind_of(wanted.key))
    if blind is not None:
        reason = f"objects of its kind cannot be seen: {blind}"
        return _skip(wanted, reason, RoundState.WAITING)
    live = given.sight.objects.get(wanted.key)
    if live is not None and live.deleting:
        reason = "it is being deleted; it is made again when it is gone"
        return _skip(wanted, reason, RoundState.WAITING)
    return None


def _first(wanted: Manifest, live: LiveObject | None, given: Round) -> Step | ObjectResult | None:
    """Make an object that we never made, or take one over."""
    if live is None:
        return _made(wanted, given, Action.CREATED)
    claimed = claim(wanted, live, given.policy.fleet, given.policy.of(wanted.set))
    if isinstance(claimed, Theirs):
        return _skip(wanted, claimed.reason)
    step = _changed(wanted, given)
    force = step.force or bool(claimed.take_from)
    return replace(step, force=force, take_from=claimed.take_from)


def _healed(wanted: Manifest, record: InventoryRecord, given: Round) -> Step | ObjectResult | None:
    drift = drift_of(wanted, record, given)
    if drift is None:
        return UNCHANGED
    if not given.policy.of(wanted.set).heal:
        reason = f"{drift}; it is only reported, since `heal` is off"
        return _skip(wanted, reason, RoundState.DRIFTED)
    fought = given.fought.get(wanted.key)
    if fought is not None:
        return _skip(wanted, f"{drift}; {fought}")
    if drift.differences is None:
        return replace(_made(wanted, given, Action.CREATED), reason=str(drift))
    live = given.sight.objects[wanted.key]
    step = _made(wanted, given, Action.CONFIGURED)
    return replace(step, force=not appliers(live), reason=str(drift))


def _changed(wanted: Manifest, given: Round) -> Step:
    """Change an object; what people did to it by hand is taken back."""
    by_hand = edited_by_hand(given.sight.objects[wanted.key])
    step = _made(wanted, given, Action.CONFIGURED)
    return replace(step, force=by_hand and given.policy.of(wanted.set).heal)


def _made(wanted: Manifest, given: Round, action: Action) -> Step:
    live, former = given.sight.objects.get(wanted.key), given.inventory.get(wanted.key)
    ours = former if former is not None and live is not None and former.uid == live.uid else None
    record = InventoryRecord(
        wanted.key, wanted.version, wanted.set, Phase.APPLYING, wanted.hash,
        uid=ours.uid if ours else "",
        generation=ours.generation if ours else 0,
        owned=ours.owned if ours else "",
    )  # fmt: skip
    return Step(
        action,
        wanted.key,
        wanted.set,
        wanted.version,
        _effective(wanted, live, given),
        live.uid if live else "",
        live.resource_version if live else "",
        record,
        former,
        recreate=wanted.annotations.get(RECREATE) == "allowed",
    )


def _effective(wanted: Manifest, live: LiveObject | None, given: Round) -> Body:
    rules = given.policy.of(wanted.set).ignore
    if live is None or not rules:
        return wanted.body
    return effective(wanted.key, wanted.body, live.body, rules)


def _needs(
    key: ObjectKey, desired: Mapping[ObjectKey, Manifest], defined: Mapping[Kind, ObjectKey]
) -> Iterator[ObjectKey]:
    """Yield the objects of the cluster's own config without which this one cannot be."""
    namespace = ObjectKey(*NAMESPACE, "", key.namespace)
    if key.namespace and namespace in desired:
        yield namespace
    definition = defined.get(kind_of(key))
    if definition is not None:
        yield definition


def _definitions(desired: Mapping[ObjectKey, Manifest]) -> Mapping[Kind, ObjectKey]:
    """Return the definitions among the objects, by the kind that each defines."""
    specs = {
        key: one.body.get("spec") or {}
        for key, one in desired.items()
        if kind_of(key) == DEFINITION
    }
    return {
        (spec.get("group", ""), (spec.get("names") or {}).get("kind", "")): key
        for key, spec in specs.items()
    }


def _who(live: LiveObject, found: Iterable[Difference]) -> Iterator[str]:
    """Yield the managers, with the time, that own a field that is not as it should be."""
    paths = {one.path for one in found}
    for one in managers(live.body):
        if one.name == FIELD_MANAGER or one.subresource:
            continue
        owned = {_plain(path) for path, _ in owned_values(live.body, one.fields)}
        if any(_touch(path, have) for path in paths for have in owned):
            yield f"{one.name} at {one.at}" if one.at else one.name


def _plain(path: tuple[str, ...]) -> str:
    """Render the names of a path down to the first list, which is as far as both spell alike."""
    names: list[str] = []
    for part in path:
        if not part.startswith("f:"):
            break
        name = part.removeprefix("f:")
        names.append(f".{name}" if name.isidentifier() else f"[{name}]")
    return "".join(names)


def _touch(path: str, owned: str) -> bool:
    return bool(owned) and (path.startswith(owned) or owned.startswith(path))


def _skip(wanted: Manifest, reason: str, state: RoundState = RoundState.FAILED) -> ObjectResult:
    return ObjectResult(wanted.key, wanted.set, Action.SKIPPED, reason, state)


def interim(step: Step, live: LiveObject) -> Step | None:
    """Return a step that keeps what a DestinationRule loses until routes name it no more.

    None where nothing is lost, and the step can do all at once.
    """
    wanted, have = _subsets(step.body), _subsets(live.body)
    names = {one.get("name") for one in wanted}
    lost = [one for one in have if one.get("name") not in names]
    if not lost or step.record is None:
        return None
    spec = {**step.body["spec"], "subsets": [*wanted, *lost]}
    body = {**step.body, "spec": spec}
    return replace(step, body=body, record=replace(step.record, desired=body_hash(body)))


def _subsets(body: Body) -> list[Body]:
    return list((body.get("spec") or {}).get("subsets") or ())
