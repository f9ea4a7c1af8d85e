"""Directories that kustomize renders, each rendered once as long as its files stay as they are."""

from collections import OrderedDict
from dataclasses import dataclass, field

from libs.desired.kustomization import Kustomization, rendered
from libs.desired.sets import tree_hash
from libs.kernel.ids import TreeHash
from libs.kernel.messages import Message
from libs.meshapi.parse import PARSER_VERSION
from libs.meshapi.parsed import ParsedFile
from libs.ports.kustomize import Kustomize, KustomizeError
from services.gitwatcher.files import FileReader

_HELD_MAX = 256


@dataclass(slots=True)
class Kustomized:
    """Renders behind a memo; without a `kustomize` every directory is an error."""

    files: FileReader
    kustomize: Kustomize | None
    _held: "OrderedDict[tuple[str, TreeHash], ParsedFile]" = field(default_factory=OrderedDict)

    @property
    def version(self) -> str:
        """What decides, beside the files, what comes out."""
        if self.kustomize is None:
            return "none"
        try:
            return self.kustomize.version
        except KustomizeError as error:
            return str(error)

    def at(self, one: Kustomization) -> ParsedFile:
        """Return what a directory is rendered to."""
        key = one.directory, tree_hash(one.entries, f"{PARSER_VERSION} {self.version}")
        found = self._held.get(key)
        if found is None:
            found = self._held[key] = self._rendered(one)
        self._held.move_to_end(key)
        while len(self._held) > _HELD_MAX:
            self._held.popitem(last=False)
        return found

    def _rendered(self, one: Kustomization) -> ParsedFile:
        files = self.files.raw(one.entries) if self.kustomize is not None else {}
        if isinstance(files, Message):
            return ParsedFile((), (files,))
        return rendered(one, files, self.kustomize)
