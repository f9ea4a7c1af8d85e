"""What people write to have messages not given: in an object's annotation, or in the Fleet."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fnmatch import fnmatchcase

from libs.desired.fleetview import FleetView
from libs.kernel.ids import SetName
from libs.kernel.messages import Message
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi import patterns
from libs.meshapi.fleet import Ignored
from libs.meshapi.parsed import ParsedObject

ANNOTATION = "periplus.io/ignore"
"""`CODE, CODE until DATE: reason`, one such line after the other."""

ISTIO_ANNOTATION = "galley.istio.io/analyze-suppress"
"""What `istioctl analyze` reads: codes by commas, or `*`. It has neither a reason nor an end."""

HOW_TO = "write `CODE until YYYY-MM-DD: reason`, one line for each"
_UNTIL = " until "
_CODE = re.compile(patterns.MESSAGE_CODES)
_ALL = "*"


@dataclass(frozen=True, slots=True)
class Wish:
    """Messages that somebody does not want.

    `about` is None for those of many objects; one object's wish is for its own file, which an
    object of the same name in another set is not in. `until` is None where the form knows no end.
    """

    origin: Origin
    codes: tuple[str, ...]
    reason: str
    until: date | None
    about: ObjectKey | None = None
    objects: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()

    def means(self, message: Message) -> bool:
        """Say whether a message is one of them, whatever the day."""
        if not any(_covers(code, message.code) for code in self.codes):
            return False
        key = message.object
        if self.about is not None:
            return key == self.about and message.origin.file == self.origin.file
        if not self.objects and not self.namespaces:
            return True
        return key is not None and (
            any(fnmatchcase(str(key), pattern) for pattern in self.objects)
            or any(fnmatchcase(key.namespace, pattern) for pattern in self.namespaces)
        )

    def is_over(self, today: date) -> bool:
        """Say whether its last day has passed."""
        return self.until is not None and self.until < today


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An annotation of an object of `set` that says nothing which could be followed."""

    origin: Origin
    about: ObjectKey
    set: SetName
    text: str


def of_fleet(view: FleetView) -> Iterator[Wish]:
    """Return what the Fleet says, which its reading has found valid."""
    for index, one in enumerate(view.fleet.spec.ignore):
        yield _of(one, view.fleet_at(("spec", "ignore", index)))


def _of(one: Ignored, origin: Origin) -> Wish:
    return Wish(
        origin,
        one.codes,
        one.reason,
        date.fromisoformat(one.until),
        objects=one.objects,
        namespaces=one.namespaces,
    )


def of_objects(
    contents: Mapping[SetName, Sequence[ParsedObject]],
) -> Iterator[Wish | Unreadable]:
    """Return what annotations of objects say about these objects."""
    for name, objects in sorted(contents.items()):
        for one in objects:
            written = one.object.metadata.annotations
            if ANNOTATION in written:
                yield from _annotated(name, one, written[ANNOTATION])
            if ISTIO_ANNOTATION in written:
                codes = tuple(filter(None, map(str.strip, written[ISTIO_ANNOTATION].split(","))))
                at = one.positions.at(("metadata", "annotations", ISTIO_ANNOTATION))
                yield Wish(at, codes, "", None, one.key)


def _annotated(name: SetName, one: ParsedObject, text: str) -> Iterator[Wish | Unreadable]:
    at = one.positions.at(("metadata", "annotations", ANNOTATION))
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for line in lines or [""]:
        head, _, reason = line.partition(":")
        codes_text, _, day = f" {head}".rpartition(_UNTIL)
        codes = tuple(filter(None, map(str.strip, codes_text.split(","))))
        until = _day(day)
        if codes and until and reason.strip() and all(map(_CODE.fullmatch, codes)):
            yield Wish(at, codes, reason.strip(), until, one.key)
        else:
            yield Unreadable(at, one.key, name, line)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _covers(written: str, code: str) -> bool:
    if written.endswith(_ALL):
        return code.startswith(written[:-1])
    return code == written
