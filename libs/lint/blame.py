"""A change that is fine in itself and breaks another set: which object does it, at which place."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from libs.desired import codes
from libs.desired.finding import Finding
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey
from libs.meshapi.parsed import ParsedObject

Contents = Mapping[SetName, Sequence[ParsedObject]]
JudgeContents = Callable[[Contents], Sequence[Finding]]

TRIALS_MAX = 32
"""So many changed objects are tried one by one; a larger change is blamed as a whole."""


def breakage(
    name: SetName,
    old: Sequence[ParsedObject],
    taken: Contents,
    broken: Finding,
    judge: JudgeContents,
) -> Message:
    """Say what the change of set `name` takes away, with both places.

    `taken` are the contents with the change, in which `broken` was found; `old` what the set had.
    """
    new = taken.get(name, ())
    for before, now in _differences(old, new):
        again = {**taken, name: _with_old(new, before, now)}
        if not any(broken.identities & one.identities for one in judge(again)):
            return _message(name, broken, before, now)
    return _message(name, broken, None, None)


def _differences(
    old: Sequence[ParsedObject], new: Sequence[ParsedObject]
) -> Iterator[tuple[ParsedObject | None, ParsedObject | None]]:
    """Return what is gone first, then what is another, then what is new; none for a huge change."""
    before, now = _by_key(old), _by_key(new)
    pairs = [
        (before.get(key), now.get(key))
        for key in sorted(before.keys() | now.keys())
        if key not in before or key not in now or before[key].object != now[key].object
    ]
    if len(pairs) <= TRIALS_MAX:
        yield from sorted(pairs, key=lambda pair: (pair[1] is not None, pair[0] is None))


def _by_key(objects: Sequence[ParsedObject]) -> dict[ObjectKey, ParsedObject]:
    return {one.key: one for one in objects}


def _with_old(
    new: Sequence[ParsedObject], before: ParsedObject | None, now: ParsedObject | None
) -> Sequence[ParsedObject]:
    others = [one for one in new if one is not now]
    return others if before is None else [*others, before]


def _message(
    name: SetName, broken: Finding, before: ParsedObject | None, now: ParsedObject | None
) -> Message:
    about = now or before
    what = f"the change of set `{name}` breaks"
    if about is not None:
        verb = "the change of" if before and now else "removing" if before else "adding"
        what = f"{verb} {about.key} breaks"
    hurt = broken.message
    whose = f"{hurt.object} of set `{broken.sets[0]}`" if hurt.object else f"`{broken.sets[0]}`"
    text = f"{what} {whose} at {hurt.origin}: {hurt.text}; change both in one commit"
    origin = about.origin if about else hurt.origin
    key = about.key if about else None
    return Message(codes.BREAKS, Level.ERROR, MessageClass.REFERENCE, origin, text, key)
