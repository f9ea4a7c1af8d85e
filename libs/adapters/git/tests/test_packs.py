"""Small packs are joined, and nothing is lost on the way."""

import hashlib
from pathlib import Path

import pytest

from libs.adapters.git.limits import GitLimits
from libs.adapters.git.mirror import open_mirror
from libs.adapters.git.packs import object_ids
from libs.fakes.clock import FakeClock
from libs.kernel.ids import CommitId
from tools.gitremote.remote import GitRemote, git

MAIN = "refs/heads/main"


def _packs(mirror: Path) -> list[Path]:
    return sorted((mirror / "objects" / "pack").glob("*.pack"))


def test_many_fetches_leave_few_packs(tmp_path: Path) -> None:
    """After many pushes the number of packs stays below its limit and every commit is readable."""
    remote = GitRemote(tmp_path / "remote.git")
    mirror = tmp_path / "mirror.git"
    repo = open_mirror(mirror, str(remote.path), clock=FakeClock(), limits=GitLimits(packs_max=4))
    commits: list[CommitId] = []
    for number in range(12):
        parent = commits[-1] if commits else None
        commits.append(remote.commit({"a.yaml": b"%d" % number}, parent=parent))
        assert repo.fetch(MAIN) == commits[-1]
        assert len(_packs(mirror)) <= 5
    for number, commit in enumerate(commits):
        (entry,) = repo.entries(commit)
        assert repo.read_blob(entry.blob) == b"%d" % number
    assert "error" not in git(mirror, "fsck", "--full")


def test_large_and_kept_packs_stay(tmp_path: Path) -> None:
    """A pack above the limit is not written again at every turn, and a `.keep` file is obeyed."""
    remote = GitRemote(tmp_path / "remote.git")
    mirror = tmp_path / "mirror.git"
    limits = GitLimits(packs_max=2, joined_pack_bytes_max=400)
    repo = open_mirror(mirror, str(remote.path), clock=FakeClock(), limits=limits)
    noise = hashlib.shake_256(b"noise").digest(5_000)
    commit = remote.commit({"large.yaml": noise})
    repo.fetch(MAIN)
    (large,) = _packs(mirror)
    commit = remote.commit({"a.yaml": b"x"}, parent=commit)
    repo.fetch(MAIN)
    (kept,) = set(_packs(mirror)) - {large}
    kept.with_suffix(".keep").touch()
    for number in range(6):
        commit = remote.commit({"a.yaml": b"%d" % number}, parent=commit)
        repo.fetch(MAIN)
    assert {large, kept} <= set(_packs(mirror))
    assert len(_packs(mirror)) <= 5


def test_another_format_of_index_is_refused() -> None:
    """What is no index of version 2 is not guessed at."""
    with pytest.raises(ValueError, match="unknown version"):
        object_ids(b"\x00" * 2_000)
