"""The last versions of one set, so that a commit parses only the files that it changed."""

from collections import ChainMap, OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libs.desired.sets import tree_hash
from libs.kernel.ids import TreeHash
from libs.kernel.messages import Message
from libs.meshapi.dialects.inset import converted
from libs.meshapi.parse import PARSER_VERSION
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.ports.gitrepo import TreeEntry
from services.gitwatcher.files import FileKey, FileReader, ReadFile

VERSIONS_MAX = 4
"""Enough for what runs, what was refused since, and going back and forth between two states."""


@dataclass(frozen=True, slots=True)
class Version:
    """The files of a set at one tree, parsed."""

    tree: TreeHash
    files: dict[FileKey, ReadFile]
    objects: tuple[ParsedObject, ...]
    messages: tuple[Message, ...]

    @property
    def by_path(self) -> Mapping[str, ParsedFile]:
        """Return the parsed files by their paths."""
        return {path: file.parsed for (_, path), file in self.files.items()}


@dataclass(slots=True)
class Versions:
    """Reads one set at any tree; what was not asked for longest is forgotten."""

    reader: FileReader
    _held: "OrderedDict[TreeHash, Version]" = field(default_factory=OrderedDict)

    def at(self, entries: Sequence[TreeEntry]) -> Version:
        """Return the set with exactly these files."""
        tree = tree_hash(entries, PARSER_VERSION)
        found = self._held.get(tree)
        if found is None:
            known = ChainMap(*(held.files for held in reversed(self._held.values())))
            found = self._held[tree] = _version(tree, self.reader.read(entries, known))
        self._held.move_to_end(tree)
        while len(self._held) > VERSIONS_MAX:
            self._held.popitem(last=False)
        return found


def _version(tree: TreeHash, files: dict[FileKey, ReadFile]) -> Version:
    objects, messages = converted(file.parsed for file in files.values())
    return Version(tree, files, objects, messages)
