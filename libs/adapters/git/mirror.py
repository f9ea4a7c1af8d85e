"""A bare mirror of one remote, as the port `GitRepo` wants it."""

from pathlib import Path
from urllib.parse import urlsplit

import pygit2
from pygit2.enums import RepositoryOpenFlag

from libs.adapters.git.credentials import Credentials, secrets_of
from libs.adapters.git.errors import Redactor, mapped
from libs.adapters.git.limits import DEFAULT_LIMITS, GitLimits
from libs.adapters.git.objects import ObjectReader
from libs.adapters.git.packs import join_small_packs
from libs.adapters.git.remotes import (
    Fetcher,
    Heads,
    LocalHeads,
    NetworkHeads,
    commit_of,
    local_path,
)
from libs.kernel.ids import BlobId, CommitId
from libs.kernel.looperrors import StalledError
from libs.ports.clock import Clock
from libs.ports.gitrepo import CommitInfo, TreeEntry

_TRACKED = "refs/periplus/remote/"
_KEPT = "refs/periplus/keep/"
_OBJECT_CACHE_BYTES = 16 * 1024 * 1024
_MILLISECONDS = 1_000


def open_mirror(
    path: Path,
    remote_url: str,
    *,
    clock: Clock,
    credentials: Credentials | None = None,
    limits: GitLimits = DEFAULT_LIMITS,
) -> "Mirror":
    """Open the bare mirror at `path`, or make an empty one. The remote is not asked yet.

    `remote_url` is https, ssh, file or a path. Time-outs and the size of libgit2's object cache
    hold for the whole process.

    Raises:
        StalledError: `path` holds something else, or the URL cannot be used.
        TransientError: the disk cannot be read or written now.
    """
    redact = Redactor(remote_url, secrets_of(credentials))
    _check_url(remote_url, credentials)
    _set_up_library(limits)
    with mapped(f"the mirror at `{path}` cannot be opened", redact):
        repo = _open_or_make(path)
        local = local_path(remote_url)
        heads: Heads = (
            NetworkHeads(repo, remote_url, credentials) if local is None else LocalHeads(local)
        )
    fetcher = Fetcher(remote_url, credentials, limits, clock)
    return Mirror(repo, heads, fetcher, redact, limits)


class Mirror:
    """`GitRepo` over libgit2. For one thread; several processes may read one mirror."""

    def __init__(
        self,
        repo: pygit2.Repository,
        heads: Heads,
        fetcher: Fetcher,
        redact: Redactor,
        limits: GitLimits,
    ) -> None:
        """Put the parts together; `open_mirror` is the way to get one."""
        self._repo = repo
        self._heads = heads
        self._fetcher = fetcher
        self._redact = redact
        self._limits = limits
        self._objects = ObjectReader(repo, redact, limits)

    def remote_head(self, ref: str) -> CommitId | None:
        """Ask the remote for the commit of `ref`."""
        _check_ref(ref)
        with mapped("the remote cannot be asked", self._redact):
            return self._heads.head(ref)

    def fetch(self, ref: str) -> CommitId | None:
        """Bring `ref` into the mirror, also when its history was rewritten."""
        _check_ref(ref)
        tracked = _TRACKED + ref.removeprefix("refs/")
        with mapped("the remote cannot be fetched", self._redact):
            there = self._fetcher.fetch(self._repo, ref, tracked)
            if not there:
                self._delete(tracked)
                return None
            commit = commit_of(self._repo.references[tracked])
        self._tidy_packs()
        return commit

    def commit(self, commit: CommitId) -> CommitInfo:
        """Describe a commit of the mirror."""
        return self._objects.commit(commit)

    def entries(self, commit: CommitId) -> tuple[TreeEntry, ...]:
        """All leaves of the commit's tree, sorted by path."""
        return self._objects.entries(commit)

    def merged(self, base: CommitId, head: CommitId) -> tuple[TreeEntry, ...] | None:
        """All leaves of `base` with the changes of `head`."""
        return self._objects.merged(base, head)

    def blob_size_bytes(self, blob: BlobId) -> int:
        """Size of a blob, without reading it."""
        return self._objects.blob_size_bytes(blob)

    def read_blob(self, blob: BlobId) -> bytes:
        """Content of a blob."""
        return self._objects.read_blob(blob)

    def is_ancestor(self, ancestor: CommitId, descendant: CommitId) -> bool:
        """Say whether history leads from `ancestor` to `descendant`."""
        return self._objects.is_ancestor(ancestor, descendant)

    def keep(self, commit: CommitId) -> None:
        """Hold a commit alive by a ref of our own."""
        with mapped(f"commit {commit} cannot be kept", self._redact):
            self._repo.references.create(_KEPT + commit, pygit2.Oid(hex=commit), force=True)

    def release(self, commit: CommitId) -> None:
        """Drop the ref that holds a commit."""
        with mapped(f"commit {commit} cannot be released", self._redact):
            self._delete(_KEPT + commit)

    def _delete(self, name: str) -> None:
        if name in self._repo.references:
            self._repo.references.delete(name)

    def _tidy_packs(self) -> None:
        """Join small packs now and then; the old handle still knows packs that are gone."""
        with mapped("the mirror's packs cannot be joined", self._redact):
            if join_small_packs(self._repo, self._limits):
                self._repo = pygit2.Repository(self._repo.path, RepositoryOpenFlag.NO_SEARCH)
                self._objects.reopened(self._repo)


def _open_or_make(path: Path) -> pygit2.Repository:
    """Never turn a folder with other things in it into a repository."""
    if not path.exists() or (path.is_dir() and not any(path.iterdir())):
        path.parent.mkdir(parents=True, exist_ok=True)
        return pygit2.init_repository(str(path), bare=True)
    if not (path / "objects").is_dir():
        raise StalledError(
            f"`{path}` exists and is no bare git repository; name an empty folder for the mirror"
        )
    return pygit2.Repository(str(path), RepositoryOpenFlag.NO_SEARCH)


def _set_up_library(limits: GitLimits) -> None:
    """Bound what libgit2 waits for and keeps; the only settings it has are of the process."""
    pygit2.settings.server_timeout = int(limits.server_timeout_s * _MILLISECONDS)
    pygit2.settings.server_connect_timeout = int(limits.server_timeout_s * _MILLISECONDS)
    pygit2.settings.cache_max_size(_OBJECT_CACHE_BYTES)


def _check_url(url: str, credentials: Credentials | None) -> None:
    """Refuse what would send credentials in plain text, and what is no URL at all."""
    if not url or url.startswith("-"):
        raise StalledError(
            "the repository URL is empty or begins with `-`; write https, ssh or a path"
        )
    try:
        parts = urlsplit(url)
    except ValueError:
        raise StalledError(
            "the repository URL cannot be read; write https, ssh or a path"
        ) from None
    if parts.scheme in ("http", "git") and (credentials is not None or parts.password):
        raise StalledError(
            f"credentials over {parts.scheme}:// would travel in plain text; use https:// or ssh://"
        )


def _check_ref(ref: str) -> None:
    """Only full names are unambiguous."""
    if not ref.startswith("refs/") or not pygit2.reference_is_valid_name(ref):
        raise StalledError(f"`{ref}` is no full ref name; write it like refs/heads/main")
