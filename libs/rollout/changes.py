"""Which strategy a change goes by: what differs between two revisions, and whose rules name it."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.kernel.ids import SetName
from libs.kernel.revisions import ManifestEntry
from libs.meshapi.fleet import FleetSpec
from libs.meshapi.rollout import ChangeSelector, EffectClass, Rollout, RolloutStrategy

FLEET = SetName("")
"""Stands for the fleet's own files where a change says its set."""

Contents = Mapping[SetName, Sequence[ManifestEntry]]


@dataclass(frozen=True, slots=True)
class Change:
    """One object that is another, new, or gone."""

    set: SetName
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Rules:
    """The strategies of a fleet: its own, and those of its Rollouts by name."""

    default: RolloutStrategy | None
    named: tuple[Rollout, ...] = ()

    def __bool__(self) -> bool:
        """Whether any strategy is written at all."""
        return self.default is not None or bool(self.named)


def rules_of(spec: FleetSpec, rollouts: Iterable[Rollout]) -> Rules:
    """Return the rules of a fleet."""
    return Rules(spec.rollout, tuple(sorted(rollouts, key=lambda one: one.metadata.name)))


def changes(old: Contents, new: Contents) -> tuple[Change, ...]:
    """Return what differs; an object that only stands elsewhere is the same."""
    found = {
        one
        for name in old.keys() | new.keys()
        for one in _changes(name, old.get(name, ()), new.get(name, ()))
    }
    return tuple(sorted(found, key=lambda one: (one.set, one.path, one.kind)))


def chosen(
    rules: Rules, found: Collection[Change], effects: Collection[EffectClass] | None
) -> RolloutStrategy | None:
    """Return the strategy of the first Rollout by name that a change is for, else the fleet's.

    None where no strategy wants waves for it. `effects` None says that they are not known, and
    then they are like any.
    """
    for one in rules.named:
        if is_for(one.spec.changes, found, effects):
            return one.spec
    default = rules.default
    if default is not None and is_for(default.changes, found, effects):
        return default
    return None


def is_for(
    selector: ChangeSelector, found: Collection[Change], effects: Collection[EffectClass] | None
) -> bool:
    """Say whether one of the changes is meant."""
    known = selector.effects is not None and effects is not None
    if known and not set(selector.effects or ()) & set(effects or ()):
        return False
    return any(_is_meant(selector, one) for one in found)


def _is_meant(selector: ChangeSelector, change: Change) -> bool:
    return (
        (selector.sets is None or change.set in selector.sets)
        and (selector.kinds is None or change.kind in selector.kinds)
        and (selector.paths is None or any(_is_below(change.path, one) for one in selector.paths))
    )


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(f"{folder.rstrip('/')}/")


def _changes(
    name: SetName, old: Iterable[ManifestEntry], new: Iterable[ManifestEntry]
) -> Iterator[Change]:
    before = {(one.key, one.object): one for one in old}
    after = {(one.key, one.object): one for one in new}
    for one in before.keys() ^ after.keys():
        entry = after.get(one) or before[one]
        yield Change(name, entry.key.kind, entry.origin.file)
