"""Old objects in a set: read with a warning, and replaced by what they mean."""

from collections.abc import Iterable, Iterator, Sequence

from libs.kernel.messages import Level, Message, MessageClass
from libs.meshapi import codes as today
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.convert import convert, note
from libs.meshapi.dialects.kinds import INTO, is_old
from libs.meshapi.dialects.run import context_of
from libs.meshapi.effects import fields_without_effect
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.meshapi.problems import Problem


def converted(
    files: Iterable[ParsedFile],
) -> tuple[tuple[ParsedObject, ...], tuple[Message, ...]]:
    """Return the objects of a set's files, old ones converted, and all messages.

    Conversion looks at the set as a whole: the rules of one host may stand in several files.
    """
    parsed = tuple(files)
    objects = tuple(one for file in parsed for one in file.objects)
    messages = tuple(one for file in parsed for one in file.messages)
    old = tuple(one for one in objects if is_old(one.model))
    if not old:
        return objects, messages
    kept = tuple(one for one in objects if not is_old(one.model))
    found = convert(old, context_of(one.object for one in kept))
    said = (*_announced(old), *found.notes, *_without_effect(found.objects))
    return (*kept, *found.objects), (*messages, *said)


def _announced(old: Sequence[ParsedObject]) -> Iterator[Message]:
    """Say of every old object that it is one."""
    for one in old:
        kinds = INTO.get(type(one.object))
        counts = f"read as {kinds}, see `periplus convert`" if kinds else "nothing is left of it"
        text = f"old dialect, converted: {counts}"
        yield Message(
            codes.CONVERTED, Level.WARNING, MessageClass.OBJECT, one.origin, text, one.key
        )


def _without_effect(made: Sequence[ParsedObject]) -> Iterator[Message]:
    for one in made:
        for idle in fields_without_effect(one.object):
            code, level = today.FIELD_WITHOUT_EFFECT, Level.WARNING
            yield note(one, Problem(idle.path, idle.text, at_key=True, code=code, level=level))
