"""What sets were allowed to hold before a commit: no commit widens that and uses it at once.

Who may change fleet.yaml is for those to review who own it; a change of it is accepted by itself,
and what it allows can be used from the next commit on.
"""

from collections.abc import Iterator, Mapping, Sequence

from libs.desired import codes
from libs.desired.finding import Finding, Rule, finding
from libs.desired.fleetview import FleetView
from libs.desired.rendering import Rendering
from libs.desired.sets import is_at
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, MessageClass
from libs.lint.tenancy import violations_of
from libs.meshapi.fleet import Allow, FleetSet
from libs.meshapi.parsed import ParsedObject

Contents = Mapping[SetName, Sequence[ParsedObject]]
_NEW_SET = Rule(codes.NOT_ALLOWED, Level.ERROR, MessageClass.OBJECT)
_LATER = (
    "this is decided by the fleet.yaml that was accepted before, and a change of it holds from the "
    "next commit on"
)


def beyond_accepted(accepted: FleetView, view: FleetView, contents: Contents) -> Iterator[Finding]:
    """Find what `contents` hold under `view` and could not hold under the accepted fleet.

    A fleet that limits no set says nothing. Sets of which both say the same are not looked at.
    """
    before = {SetName(one.name): one for one in accepted.fleet.spec.sets}
    if all(one.allow is None for one in before.values()):
        return
    changed = [
        (number, one)
        for number, one in enumerate(view.fleet.spec.sets)
        if contents.get(SetName(one.name)) and not _is_like(before.get(SetName(one.name)), one)
    ]
    variants = Rendering(view, contents).spread().variants if changed else {}
    for number, one in changed:
        name = SetName(one.name)
        former = before.get(name)
        if former is None:
            text = f"set `{name}` is new, and what it may hold is not known yet: {_LATER}"
            yield finding(_NEW_SET, (view.fleet_at(("spec", "sets", number)), None), (name,), text)
            continue
        made = (each.object for some in variants.get(name, {}).values() for each in some)
        for obj in (*contents[name], *made):
            for allow in _allowing(former, obj, before):
                yield from violations_of(name, obj, allow, f"; {_LATER}")


def _is_like(former: FleetSet | None, one: FleetSet) -> bool:
    return former is not None and (former.allow, former.paths) == (one.allow, one.paths)


def _allowing(
    former: FleetSet, one: ParsedObject, before: Mapping[SetName, FleetSet]
) -> Iterator[Allow]:
    """Return the limits of an object: its set's, and those of sets from which it took the file."""
    file = one.origin.file
    owners = [former]
    if not is_at(former.paths, file):
        owners += [each for each in before.values() if is_at(each.paths, file)]
    yield from dict.fromkeys(each.allow for each in owners if each.allow is not None)
