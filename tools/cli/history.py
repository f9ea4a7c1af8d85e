"""`periplus blame` and `periplus bisect`: which commit made a call's answer what it is."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from libs.compile.proxy import Proxy
from libs.kernel.ids import CommitId
from libs.ports.gitrepo import CommitInfo
from libs.routediff.history import first_change, told
from libs.routing.call import Call
from libs.routing.decision import decision_json
from tools.cli import calling
from tools.cli.compiling import world_and_changes
from tools.cli.errors import UnusableError
from tools.cli.explain import Explained, explained, lines
from tools.cli.output import Format, write_json, write_lines
from tools.cli.proxyoption import read_proxy
from tools.cli.sources import PathArgument

COMMITS_MAX = 100_000
_SHORT_ID = 10


def bisect(
    *words: PathArgument,
    proxy: str,
    call: str = "",
    header: Annotated[tuple[str, ...], Parameter(name=["--header", "-H"])] = (),
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Find the commit that changed the answer to a call, by halving the commits in between.

    Exit status 1 when the answer changed.

    Parameters
    ----------
    words
        OLD and NEW as REPO@REV of one repository; then, instead of --call, a method and a URL.
    proxy
        The proxy as JSON, or a file that holds it.
    call
        The call as JSON.
    header
        A header `name: value` of the call that a URL describes; may be repeated.
    output
        text or json.
    """
    described = read_proxy(proxy)
    paths, wanted = calling.single(words, call, header, described)
    if len(paths) != 2:
        raise UnusableError("name OLD and NEW as REPO@REV")
    history = _History(_repository(paths[0], paths[1]), described, wanted)
    found = first_change(history.between(paths[0], paths[1]), history.told)
    return history.say(found.before, found.after, output) if found else history.say_nothing(output)


def blame(
    *words: PathArgument,
    proxy: str,
    call: str = "",
    header: Annotated[tuple[str, ...], Parameter(name=["--header", "-H"])] = (),
    commits: int = 1000,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Print the way of a call, and the commit that last changed its answer.

    Parameters
    ----------
    words
        REPO@REV; then, instead of --call, a method and a URL.
    proxy
        The proxy as JSON, or a file that holds it.
    call
        The call as JSON.
    header
        A header `name: value` of the call that a URL describes; may be repeated.
    commits
        How many commits are looked at, the newest first.
    output
        text or json.
    """
    described = read_proxy(proxy)
    paths, wanted = calling.single(words, call, header, described)
    if len(paths) != 1:
        raise UnusableError("name one REPO@REV")
    history = _History(_repository(paths[0]), described, wanted)
    newest = history.back(paths[0], commits)
    for after, before in pairwise(newest):
        if history.told(before) != history.told(after):
            history.say(before, after, output)
            return 0
    history.say(None, newest[-1], output)
    return 0


class _History:
    """The answers of a repository's commits to one call."""

    def __init__(self, repository: Path, proxy: Proxy, call: Call) -> None:
        from libs.adapters.git.local import open_local

        self._path, self._proxy, self._call = repository, proxy, call
        self._git = open_local(repository)
        self._known: dict[CommitId, Explained] = {}
        self._trees: dict[object, CommitId] = {}

    @property
    def compiles(self) -> int:
        """How many commits were compiled."""
        return len(self._known)

    def back(self, name: str, count: int) -> Sequence[CommitId]:
        """Return a commit and those before it, newest first."""
        return self._git.history(self._git.resolve(_revision(name)), count)

    def between(self, old: str, new: str) -> Sequence[CommitId]:
        """Return the commits from `old` to `new`, both included, oldest first."""
        first, last = (self._git.resolve(_revision(name)) for name in (old, new))
        found = self._git.history(last, COMMITS_MAX)
        if first not in found:
            raise UnusableError(f"{old} is not among the commits that {new} was made on")
        return found[found.index(first) :: -1]

    def told(self, commit: CommitId) -> Any:
        """Return what a caller notices of a commit's answer."""
        return told(self.explained(commit).decision)

    def explained(self, commit: CommitId) -> Explained:
        """Return a commit's answer; one that changes no file has the answer of another.

        One that cannot be read or compiled leaves the answer of the commit that it was made on.
        """
        entries = tuple(self._git.objects.entries(commit))
        same = self._trees.setdefault(entries, commit)
        if same not in self._known:
            try:
                read = world_and_changes([f"{self._path}@{same}"], self._proxy, notes=False)
                self._known[same] = explained(read, self._proxy, self._call)
            except UnusableError:
                parents = self._git.objects.commit(same).parents
                if not parents:
                    raise
                return self.explained(parents[0])
        return self._known[same]

    def say(self, before: CommitId | None, after: CommitId, output: Format) -> int:
        """Write a commit with the answers before and after it."""
        info = self._git.objects.commit(after)
        new = self.explained(after)
        old = self.explained(before) if before is not None else None
        if output is Format.JSON:
            write_json(
                {
                    "commit": _commit_json(info),
                    "before": decision_json(old.decision) if old else None,
                    "after": decision_json(new.decision),
                    "compiles": self.compiles,
                }
            )
        else:
            write_lines(*_lines(info, old, new))
        return 1

    def say_nothing(self, output: Format) -> int:
        """Write that every commit that was asked has one answer."""
        if output is Format.JSON:
            nothing = {"commit": None, "before": None, "after": None}
            write_json({**nothing, "compiles": self.compiles})
        else:
            write_lines("The answer is the same at both ends.")
        return 0


def _commit_json(info: CommitInfo) -> Mapping[str, Any]:
    return {"id": info.id, "author": info.author, "subject": info.subject}


def _lines(info: CommitInfo, old: Explained | None, new: Explained) -> Iterator[str]:
    what = "changed the answer" if old else "has the answer already, the oldest that was looked at"
    yield f"commit {info.id[:_SHORT_ID]} {what}: {info.subject} ({info.author})"
    for word, found in (("before", old), ("after", new)):
        if found is not None:
            yield f"{word}:"
            yield from (f"  {line}" for line in lines(found))


def _repository(*names: str) -> Path:
    """Return the one repository of names REPO@REV."""
    found = {name.rpartition("@")[0] or "." for name in names if "@" in name}
    if len(found) != 1 or not all("@" in name for name in names):
        raise UnusableError(f"{', '.join(names)}: write REPO@REV, all of one repository")
    return Path(found.pop())


def _revision(name: str) -> str:
    return name.rpartition("@")[2]
