"""Reads commits of a repository on this machine, by any name that git gives them."""

from dataclasses import dataclass
from pathlib import Path

import pygit2

from libs.adapters.git.errors import Redactor, mapped
from libs.adapters.git.limits import DEFAULT_LIMITS, GitLimits
from libs.adapters.git.objects import ObjectReader
from libs.kernel.ids import CommitId
from libs.kernel.looperrors import StalledError


def open_local(path: Path, limits: GitLimits = DEFAULT_LIMITS) -> "LocalRepository":
    """Open the repository that `path` is, or is a folder of; nothing is written to it.

    Raises:
        StalledError: there is no repository.
        TransientError: the disk cannot be read now.
    """
    with mapped(f"`{path}` cannot be opened", Redactor("")):
        found = pygit2.discover_repository(str(path))
        if found is None:
            raise StalledError(f"`{path}` is no git repository; name one, or a plain folder")
        repo = pygit2.Repository(found)
        return LocalRepository(ObjectReader(repo, Redactor(""), limits), repo)


@dataclass(frozen=True, slots=True)
class LocalRepository:
    """The objects of a repository, and the names that lead to its commits."""

    objects: ObjectReader
    names: pygit2.Repository

    def resolve(self, revision: str) -> CommitId:
        """Return the commit of a branch, tag, id or expression such as `HEAD~1`.

        Raises StalledError when there is none.
        """
        try:
            found = self.names.revparse_single(revision)
            return CommitId(str(found.peel(pygit2.Commit).id))
        except (KeyError, ValueError, pygit2.GitError):
            raise StalledError(
                f"`{revision[:80]}` names no commit here; write a branch, a tag or an id"
            ) from None

    def history(self, newest: CommitId, count_max: int) -> tuple[CommitId, ...]:
        """Return a commit and what it was made on, newest first; of a merge the first parent."""
        found, at = [newest], self.objects.commit(newest)
        while at.parents and len(found) < count_max:
            found.append(at.parents[0])
            at = self.objects.commit(at.parents[0])
        return tuple(found)
