"""`periplus convert`: objects of old dialects as the objects of today that they mean."""

import sys
from collections.abc import Iterator, Sequence
from typing import Annotated

from cyclopts import Parameter

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.messages import errors as only_errors
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.convert import convert as convert_objects
from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.dialects.modern import modern
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.dialects.run import context_of
from libs.meshapi.dump import plain, to_yaml
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from tools.cli.checkreport import in_order, message_json
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json
from tools.cli.sources import PathArgument, Sources, read_paths


def convert(
    *paths: PathArgument,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Print old objects as the objects of today that they mean, and notes on standard error.

    Objects of today's mesh kinds are printed too, in the spelling of today. Those of other API
    groups, such as Services, need no conversion: they are read and not printed. All PATHs are taken
    together as one set: name one set at a time. Exit status 1 when something could not be carried
    over.

    Parameters
    ----------
    paths
        Files, directories, - for standard input, or REPO@REV.
    output
        text for YAML, json for objects and notes in one document.
    """
    sources = read_paths(paths)
    objects, notes = converted(_read(sources))
    shown = in_order(map(sources.as_given, notes))
    if output is Format.JSON:
        printed = [plain(one) for one in objects]
        write_json({"objects": printed, "notes": [message_json(each) for each in shown]})
    else:
        sys.stdout.write(to_yaml(objects))
    for each in shown:
        print(each, file=sys.stderr)
    lost = any(each.code == codes.NOT_CARRIED_OVER for each in shown)
    return 1 if lost or only_errors(shown) else 0


def converted(
    parsed: Sequence[ParsedObject],
) -> tuple[Sequence[MeshObject], Sequence[Message]]:
    """Return all mesh objects as today has them, those that were old ones last."""
    old = [one for one in parsed if is_old(one.model)]
    kept = [one for one in parsed if not is_old(one.model)]
    found = convert_objects(old, context_of(one.object for one in kept))
    respelt = [modern(one) for one in kept if _is_todays(one.object)]
    notes = [*(note for _, said in respelt for note in said), *found.notes, *_left_out(kept)]
    return [*(obj for obj, _ in respelt), *(one.object for one in found.objects)], notes


def _is_todays(obj: MeshObject) -> bool:
    return obj.group.endswith(".istio.io") and not isinstance(obj, OpaqueObject)


def _left_out(kept: Sequence[ParsedObject]) -> Iterator[Message]:
    """Note old kinds that nothing here knows."""
    for one in kept:
        if one.object.group == RouteRule.GROUP:
            text = f"kind `{one.object.kind}` has no counterpart today and is left out"
            level, about = Level.WARNING, MessageClass.OBJECT
            yield Message(codes.NOT_CARRIED_OVER, level, about, one.origin, text, one.key)


def _read(sources: Sources) -> Sequence[ParsedObject]:
    """Parse every file. Raises UnusableError with the first errors: half a set means another."""
    parsed = [parse_file(name, data) for name, data in sorted(sources.files.items())]
    broken = only_errors(message for file in parsed for message in file.messages)
    if broken:
        raise UnusableError("; ".join(str(sources.as_given(each)) for each in broken[:3]))
    return [one for file in parsed for one in file.objects]
