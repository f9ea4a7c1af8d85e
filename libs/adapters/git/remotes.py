"""Asks a remote for its refs, and brings objects from it."""

import os
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

import pygit2
from pygit2.enums import CredentialType, FetchPrune, RepositoryOpenFlag

from libs.adapters.git.credentials import Asked, Credentials
from libs.adapters.git.limits import GitLimits
from libs.adapters.git.nearby import bring
from libs.kernel.ids import CommitId
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.clock import Clock

_LIKE_SCP = 2


class Heads(Protocol):
    """Answers which commit a ref of the remote names."""

    def head(self, ref: str) -> CommitId | None:
        """Return the commit of `ref`; None when the remote has no such ref."""
        ...


class LocalHeads:
    """Reads refs of a repository on this machine directly: a poll costs microseconds."""

    def __init__(self, path: Path) -> None:
        """Open nothing yet; the repository may come later."""
        self._path = path
        self._repo: pygit2.Repository | None = None
        self._peeled: tuple[pygit2.Oid, CommitId] | None = None

    def head(self, ref: str) -> CommitId | None:
        """Return the commit of `ref`.

        Raises:
            StalledError: there is no repository at the path.
        """
        found = self._open().references.get(ref)
        if found is None:
            return None
        target = found.resolve().target
        if not isinstance(target, pygit2.Oid):
            raise StalledError(f"{ref} of the remote points at itself")
        if self._peeled is None or self._peeled[0] != target:
            self._peeled = (target, commit_of(found))
        return self._peeled[1]

    def _open(self) -> pygit2.Repository:
        """Return the handle; a repository that was moved away must not look like an empty one."""
        if self._repo is None or not os.path.lexists(os.path.join(self._repo.path, "HEAD")):  # noqa: PTH118 (a Path costs more than the whole poll)
            self._repo = None
            self._repo = open_local(self._path)
        return self._repo


class NetworkHeads:
    """Asks a remote for its list of refs, over its own connection."""

    def __init__(self, repo: pygit2.Repository, url: str, credentials: Credentials | None) -> None:
        """Ask on behalf of `repo`, whose configuration names no remote."""
        self._remote = repo.remotes.create_anonymous(url)
        self._credentials = credentials

    def head(self, ref: str) -> CommitId | None:
        """Return the commit of `ref`; an annotated tag stands for the commit that it names."""
        listed = self._remote.list_heads(callbacks=_Callbacks(self._credentials))
        heads = {head.name: str(head.oid) for head in listed}
        found = heads.get(f"{ref}^{{}}", heads.get(ref))
        return None if found is None else CommitId(found)


class Fetcher:
    """Brings one ref and its objects into the mirror."""

    def __init__(
        self, url: str, credentials: Credentials | None, limits: GitLimits, clock: Clock
    ) -> None:
        """Remember whom to ask; `clock` bounds a fetch whose data never ends."""
        self._url = url
        self._credentials = credentials
        self._limits = limits
        self._clock = clock

    def fetch(self, repo: pygit2.Repository, ref: str, into: str) -> bool:
        """Make `into` what `ref` is at the remote; return whether the remote has it at all."""
        budget = _Budget(self._limits, self._clock)
        local = local_path(self._url)
        if local is not None and _fetched_nearby(open_local(local), repo, (ref, into), budget):
            return True
        remote = repo.remotes.create_anonymous(self._url)
        callbacks = _Callbacks(self._credentials, budget)
        remote.fetch([f"+{ref}:{into}"], callbacks=callbacks, prune=FetchPrune.NO_PRUNE)
        # The list comes from the connection just used, so both answers are of one moment.
        listed = remote.list_heads(connect=False)
        return any(head.name == ref for head in listed)


class _Budget:
    """How long and how much one fetch may take."""

    def __init__(self, limits: GitLimits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._deadline_s = clock.monotonic_s() + limits.fetch_timeout_s

    def check_time(self) -> None:
        if self._clock.monotonic_s() > self._deadline_s:
            raise TransientError(f"the fetch took longer than {self._limits.fetch_timeout_s:g} s")

    def check(self, received_bytes: int, total_objects: int) -> None:
        self.check_time()
        if received_bytes > self._limits.pack_bytes_max:
            raise StalledError(f"the remote sends more than {self._limits.pack_bytes_max} bytes")
        if total_objects > self._limits.pack_objects_max:
            raise StalledError(
                f"the remote sends more than {self._limits.pack_objects_max} objects"
            )


def _fetched_nearby(
    source: pygit2.Repository, repo: pygit2.Repository, refs: tuple[str, str], budget: _Budget
) -> bool:
    """Try the short way for a ref of a repository on this machine; False when it does not apply."""
    ref, into = refs
    found = source.references.get(ref)
    if found is None:
        return False
    tip = found.resolve().target
    if not isinstance(tip, pygit2.Oid) or not bring(source, repo, tip, budget.check):
        return False
    repo.references.create(into, tip, force=True)
    return True


class _Callbacks(pygit2.RemoteCallbacks):
    """What libgit2 asks during one operation; what is raised here ends the operation."""

    def __init__(self, credentials: Credentials | None, budget: _Budget | None = None) -> None:
        super().__init__()
        self._asked = Asked(credentials)
        self._budget = budget

    def credentials(
        self, url: str, username_from_url: str | None, allowed_types: CredentialType
    ) -> pygit2.Username | pygit2.UserPass | pygit2.Keypair:
        del url
        return self._asked.answer(username_from_url, allowed_types)

    def certificate_check(self, certificate: None, valid: bool, host: bytes) -> bool:  # noqa: FBT001 (libgit2's signature)
        del certificate, host
        return valid

    def sideband_progress(self, string: str) -> None:
        del string
        if self._budget is not None:
            self._budget.check_time()

    def transfer_progress(self, stats: pygit2.remotes.TransferProgress) -> None:
        if self._budget is not None:
            self._budget.check(stats.received_bytes, stats.total_objects)


def local_path(url: str) -> Path | None:
    """Return the path of a remote on this machine; None when `url` leads elsewhere."""
    if url.startswith("file://"):
        return Path(unquote(urlsplit(url).path))
    if "://" in url or _looks_like_scp(url):
        return None
    return Path(url)


def open_local(path: Path) -> pygit2.Repository:
    """Open a repository on this machine, at exactly this path.

    Raises:
        StalledError: there is none.
    """
    if not path.is_dir():
        raise StalledError(f"there is no repository at `{path}`")
    return pygit2.Repository(str(path), RepositoryOpenFlag.NO_SEARCH)


def commit_of(reference: pygit2.Reference) -> CommitId:
    """Follow symbolic refs and annotated tags to a commit.

    Raises:
        StalledError: the ref names a file or a tree.
    """
    try:
        return CommitId(str(reference.peel(pygit2.Commit).id))
    except pygit2.InvalidSpecError:
        raise StalledError(f"{reference.name} of the remote names no commit") from None


def _looks_like_scp(url: str) -> bool:
    """`host:path` and `user@host:path` are ssh, unless a slash comes before the colon."""
    parts = url.split(":", 1)
    return len(parts) == _LIKE_SCP and "/" not in parts[0]
