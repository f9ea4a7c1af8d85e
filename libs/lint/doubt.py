"""When so much is gone that it is more likely a mistake than a wish, nothing is taken away."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from libs.desired import codes
from libs.desired.fleetview import FleetView
from libs.desired.layout import FLEET_FILE, message
from libs.desired.select import sets_for
from libs.kernel.ids import SetName, TreeHash
from libs.kernel.messages import Level, Message, errors
from libs.kernel.origins import Origin
from libs.meshapi.parsed import ParsedObject


class SetContents(Protocol):
    """A set at one tree: its objects, and what was wrong with its files."""

    @property
    def tree(self) -> TreeHash:
        """Fingerprint of the files."""
        ...

    @property
    def objects(self) -> tuple[ParsedObject, ...]:
        """The valid objects."""
        ...

    @property
    def messages(self) -> tuple[Message, ...]:
        """Messages of files and parser; an error makes the contents unusable."""
        ...


S = TypeVar("S", bound=SetContents)


@dataclass(frozen=True, slots=True)
class State(Generic[S]):
    """A fleet and the contents of its sets, as a commit has them or as they were accepted."""

    view: FleetView
    contents: Mapping[SetName, S]


def doubts(new: State[S], old: State[S]) -> Iterator[Message]:
    """Say why a commit as a whole looks like a mistake."""
    if new.view.is_plain and not old.view.is_plain:
        text = f"`{FLEET_FILE}` is gone, so nothing is changed anywhere; put it back"
        yield _doubt(Origin(FLEET_FILE), text)
    elif old.view.clusters and not new.view.clusters:
        text = "all clusters are gone, so nothing is changed anywhere; put one back"
        yield _doubt(new.view.fleet_at(()), text)
    elif _has_objects(old) and _is_empty(new):
        text = "every set became empty, so nothing is changed anywhere; put the files back"
        yield _doubt(new.view.fleet_at(()), text)
    yield from _unplaced(new, old)


def emptied(new: State[S], old: State[S]) -> Iterator[tuple[SetName, Message]]:
    """Find single sets that lost all of their objects while fleet.yaml still names them."""
    for number, one in enumerate(new.view.fleet.spec.sets):
        name = SetName(one.name)
        now, before = new.contents.get(name), old.contents.get(name)
        gone = now is not None and not now.objects and not errors(now.messages)
        if gone and before is not None and before.objects:
            text = f"set `{name}` became empty; remove it from `{FLEET_FILE}` if that is meant"
            yield name, _doubt(new.view.fleet_at(("spec", "sets", number)), text)


def _unplaced(new: State[S], old: State[S]) -> Iterator[Message]:
    """Find sets whose selector used to select clusters and selects none any more."""
    before = {name for cluster in old.view.clusters for name in sets_for(cluster, old.view)}
    now = {name for cluster in new.view.clusters for name in sets_for(cluster, new.view)}
    for number, one in enumerate(new.view.fleet.spec.sets):
        if new.view.clusters and one.name in before and one.name not in now:
            place = new.view.fleet_at(("spec", "sets", number, "clusters"))
            text = f"no cluster gets set `{one.name}` any more; remove the set if that is meant"
            yield _doubt(place, text)


def _has_objects(state: State[S]) -> bool:
    return any(content.objects for content in state.contents.values())


def _is_empty(state: State[S]) -> bool:
    return all(not one.objects and not errors(one.messages) for one in state.contents.values())


def _doubt(origin: Origin, text: str) -> Message:
    return message(codes.DOUBT, Level.ERROR, origin, text)
