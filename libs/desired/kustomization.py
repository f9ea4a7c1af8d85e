"""Directories that kustomize renders: which they are, and what is refused before it runs.

The topmost directory of a set with a kustomization is rendered, with everything below it; what it
names has to be in it. Whatever can name something elsewhere is refused here, as a place in a file,
so that the program never sees it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from libs.desired import codes
from libs.desired.layout import message
from libs.kernel.messages import Level, Message, errors
from libs.kernel.origins import Origin
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.meshapi.plainvalues import plain_values
from libs.meshapi.positions import OnePlace
from libs.meshapi.quoting import quoted
from libs.ports.gitrepo import TreeEntry
from libs.ports.kustomize import Kustomize, KustomizeError

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
SETTINGS = "PERIPLUS_GITWATCHER_KUSTOMIZE, or PERIPLUS_KUSTOMIZE for the command line"

_LISTS = (
    "resources",
    "bases",
    "components",
    "crds",
    "configurations",
    "generators",
    "transformers",
    "validators",
    "patchesStrategicMerge",
)
_GENERATED = ("configMapGenerator", "secretGenerator")
_GENERATOR_FILES = ("files", "envs")
_WITH_PATH = ("patches", "patchesJson6902", "replacements")
_UNREADABLE = ""
_REFUSED = ("helmCharts", "helmChartInflationGenerator", "helmGlobals")


@dataclass(frozen=True, slots=True)
class Kustomization:
    """A directory that is rendered as a whole, and all files below it."""

    directory: str
    entries: tuple[TreeEntry, ...]

    @property
    def origin(self) -> Origin:
        """Where messages about it stand: its own file."""
        below = {entry.path for entry in self.entries}
        found = (f"{self.directory}/{name}".removeprefix("/") for name in NAMES)
        return Origin(next(path for path in found if path in below))

    def relative(self, path: str) -> str:
        """Return a path from the directory."""
        return path.removeprefix(f"{self.directory}/") if self.directory else path


def kustomizations(entries: Iterable[TreeEntry]) -> tuple[Kustomization, ...]:
    """Return the topmost directories with a kustomization, by path."""
    files = tuple(entries)
    folders = sorted({_folder(one.path) for one in files if _name(one.path) in NAMES})
    top: list[str] = []
    for folder in folders:
        if not any(_is_below(folder, one) for one in top):
            top.append(folder)
    return tuple(
        Kustomization(one, tuple(each for each in files if _is_below(each.path, one)))
        for one in top
    )


def is_inside(path: str, found: Sequence[Kustomization]) -> bool:
    """Say whether a file belongs to one of the directories."""
    return any(_is_below(path, one.directory) for one in found)


def rendered(
    one: Kustomization,
    files: Mapping[str, bytes],
    kustomize: Kustomize | None,
) -> ParsedFile:
    """Render a directory, given its files by their paths; what is wrong is a message.

    All places are that of the kustomization: what it makes has no lines of its own.
    """
    if kustomize is None:
        text = (
            f"`{one.directory or '.'}` is rendered by kustomize, and none is configured; set "
            f"{SETTINGS} to its binary, or commit what it makes and remove this file"
        )
        return ParsedFile((), (_error(one.origin, text),))
    refused = errors(refusals(one, files))
    if refused:
        return ParsedFile((), refused)
    try:
        output = kustomize.build({one.relative(path): data for path, data in files.items()})
    except KustomizeError as error:
        return ParsedFile((), (_error(one.origin, str(error)),))
    return _placed(parse_file(one.origin.file, output), one.origin)


def refusals(one: Kustomization, files: Mapping[str, bytes]) -> Iterator[Message]:
    """Find what a directory names outside of itself, and what would run other programs."""
    known = {one.relative(path) for path in files}
    folders = {parent for path in known for parent in _parents(path)}
    for path, data in sorted(files.items()):
        if _name(path) not in NAMES:
            continue
        base = _folder(one.relative(path))
        for where, value in _named(data):
            if where == _UNREADABLE:
                yield _error(Origin(path), "this is no YAML mapping that can be read; correct it")
                continue
            text = _refusal(value, base, known | folders)
            if text is not None:
                yield _error(Origin(path), f"`{where}`: {text}")


def _refusal(value: Any, base: str, known: set[str]) -> str | None:
    if value is None:
        return "this starts other programs and is not supported; commit what it makes"
    if not isinstance(value, str):
        return "a path is a text"
    if "\n" in value:
        return None  # a patch that is written out here
    resolved = _resolved(base, value)
    if resolved is None or resolved not in known:
        return (
            f"{quoted(value)} is no file or directory below this set's directory; what kustomize "
            "reads has to be there, so copy it, or move the kustomization further up"
        )
    return None


def _named(data: bytes) -> Iterator[tuple[str, Any]]:
    """Yield what a kustomization names, with the field; None for a field that is refused."""
    for content in plain_values(data):
        if isinstance(content, dict):
            yield from _named_by(content)
        else:
            yield _UNREADABLE, None


def _named_by(content: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((field, None) for field in _REFUSED if field in content)
    for field in _LISTS:
        yield from ((field, each) for each in _items(content.get(field)))
    for field in _WITH_PATH:
        for each in _items(content.get(field)):
            if isinstance(each, dict) and "path" in each:
                yield f"{field}.path", each["path"]
    for field in _GENERATED:
        for each in _items(content.get(field)):
            yield from _generated(field, each)
    schema = content.get("openapi")
    if isinstance(schema, dict) and "path" in schema:
        yield "openapi.path", schema["path"]


def _generated(field: str, each: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(each, dict):
        return
    for kind in _GENERATOR_FILES:
        for value in _items(each.get(kind)):
            file = value.rpartition("=")[2] if isinstance(value, str) else value
            yield f"{field}.{kind}", file
    if "env" in each:
        yield f"{field}.env", each["env"]


def _items(value: Any) -> Iterable[Any]:
    return value if isinstance(value, tuple) else ()


def _resolved(base: str, value: str) -> str | None:
    """Return the path from the root that a reference means, None for one that leaves it."""
    if not value or value.startswith("/") or ":" in value or "?" in value or "\\" in value:
        return None
    parts = base.split("/") if base else []
    for part in value.split("/"):
        if part in ("", "."):
            continue
        if part == ".." and not parts:
            return None
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def _placed(parsed: ParsedFile, origin: Origin) -> ParsedFile:
    objects = (ParsedObject(one.object, origin, OnePlace(origin)) for one in parsed.objects)
    messages = (
        replace(one, origin=origin, text=f"in line {one.origin.line} of what it makes, {one.text}")
        for one in parsed.messages
    )
    return ParsedFile(tuple(objects), tuple(messages))


def _error(origin: Origin, text: str) -> Message:
    return message(codes.KUSTOMIZE, Level.ERROR, origin, text)


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _parents(path: str) -> Iterator[str]:
    while path := _folder(path):
        yield path


def _is_below(path: str, folder: str) -> bool:
    return not folder or path == folder or path.startswith(f"{folder}/")
