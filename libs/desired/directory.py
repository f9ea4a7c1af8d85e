"""A tree of files to a fleet and the contents of its sets, in one pure step."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple

from libs.desired import codes
from libs.desired.fleetview import FleetReading, FleetView, fleet_view, plain_view
from libs.desired.kustomization import rendered
from libs.desired.layout import FLEET_FILE, Layout, layout, message
from libs.desired.sets import set_entries
from libs.kernel.ids import BlobId, SetName
from libs.kernel.messages import Level, Message, errors
from libs.kernel.origins import Origin
from libs.meshapi.dialects.inset import converted
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.ports.gitrepo import EntryKind, TreeEntry
from libs.ports.kustomize import Kustomize


class Directory(NamedTuple):
    """What a tree of files holds. Without a view nothing can be said about contents."""

    view: FleetView | None
    contents: Mapping[SetName, tuple[ParsedObject, ...]]
    messages: tuple[Message, ...]


def contents_from_files(
    files: Mapping[str, bytes], kustomize: Kustomize | None = None
) -> Directory:
    """Read files by their path from the root, `/` between the parts; each is parsed once.

    `kustomize` renders directories that ask for it; without it they are an error. Never raises for
    content: whatever is wrong is a message.
    """
    entries = [TreeEntry(path, EntryKind.FILE, _blob(data)) for path, data in sorted(files.items())]
    found = layout(entries)
    parsed = {entry.path: parse_file(entry.path, files[entry.path]) for entry in found.entries}
    reading = read_fleet(found, parsed)
    messages = [*found.messages, *_messages(parsed), *reading.messages]
    if reading.view is None:
        return Directory(None, {}, _once(messages))
    sets = set_entries(reading.view, entries)
    contents: dict[SetName, tuple[ParsedObject, ...]] = {}
    for name, one in sets.items():
        for entry in one.entries:
            if entry.path not in parsed:
                parsed[entry.path] = parse_file(entry.path, files[entry.path])
        made = (
            rendered(each, {entry.path: files[entry.path] for entry in each.entries}, kustomize)
            for each in one.kustomizations
        )
        contents[name], said = converted((*(parsed[entry.path] for entry in one.entries), *made))
        messages.extend((*said, *one.messages))
    return Directory(reading.view, contents, _once(messages))


def read_fleet(found: Layout, parsed: Mapping[str, ParsedFile]) -> FleetReading:
    """Read the fleet's own files, given each of them parsed by its path.

    A tree without fleet.yaml is a plain directory, unless it has clusters, which need one. The
    messages of the files themselves are not repeated here.
    """
    files = {entry.path: parsed[entry.path] for entry in found.entries}
    if errors((*found.messages, *_messages(files))):
        return FleetReading(None, ())
    if found.fleet_file is not None:
        return fleet_view(one for entry in found.entries for one in files[entry.path].objects)
    if found.cluster_files:
        text = f"there are clusters and no `{FLEET_FILE}`; write one with a Fleet"
        missing = message(codes.FLEET, Level.ERROR, Origin(FLEET_FILE), text)
        return FleetReading(None, (missing,))
    return FleetReading(plain_view(), ())


def _messages(parsed: Mapping[str, ParsedFile]) -> tuple[Message, ...]:
    return tuple(one for each in parsed.values() for one in each.messages)


def _once(messages: list[Message]) -> tuple[Message, ...]:
    return tuple(dict.fromkeys(messages))


def _blob(data: bytes) -> BlobId:
    """Name content as git would, so that equal content has an equal name."""
    header = b"blob %d\0" % len(data)
    return BlobId(hashlib.sha1(header + data, usedforsecurity=False).hexdigest())
