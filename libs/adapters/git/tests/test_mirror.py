"""The mirror at its borders: wrong places, wrong URLs, damaged packs, the cost of a poll."""

import time
from pathlib import Path

import pytest

from libs.adapters.git.credentials import UserPassword
from libs.adapters.git.limits import GitLimits
from libs.adapters.git.mirror import Mirror, open_mirror
from libs.adapters.system.clock import SystemClock
from libs.kernel.looperrors import StalledError, TransientError
from tools.gitremote.remote import GitRemote

MAIN = "refs/heads/main"


@pytest.fixture
def remote(tmp_path: Path) -> GitRemote:
    """An empty remote."""
    return GitRemote(tmp_path / "remote.git")


def _mirror(tmp_path: Path, url: str | Path, limits: GitLimits | None = None) -> Mirror:
    return open_mirror(
        tmp_path / "mirror.git", str(url), clock=SystemClock(), limits=limits or GitLimits()
    )


def test_a_mirror_is_opened_again(tmp_path: Path, remote: GitRemote) -> None:
    """A process that starts again finds what the last one fetched, without the remote."""
    commit = remote.commit({"a.yaml": b"x"})
    _mirror(tmp_path, remote.path).fetch(MAIN)
    remote.vanish()
    assert _mirror(tmp_path, remote.path).commit(commit).id == commit


def test_a_folder_with_other_things_is_not_taken(tmp_path: Path, remote: GitRemote) -> None:
    """A wrong path in the settings must not turn somebody's folder into a repository."""
    folder = tmp_path / "mirror.git"
    folder.mkdir()
    (folder / "holiday.jpg").touch()
    with pytest.raises(StalledError, match="no bare git repository"):
        _mirror(tmp_path, remote.path)
    assert [file.name for file in folder.iterdir()] == ["holiday.jpg"]


@pytest.mark.parametrize("url", ["", "--upload-pack=touch x"])
def test_a_url_that_is_none_is_refused(tmp_path: Path, url: str) -> None:
    """An empty URL and one that looks like an option are named at the start."""
    with pytest.raises(StalledError, match="write https, ssh or a path"):
        _mirror(tmp_path, url)


def test_credentials_over_plain_http_are_refused(tmp_path: Path) -> None:
    """Neither the URL nor the settings may send a password in plain text."""
    for url, credentials in (
        ("http://robot:s3cr3t@git.example.com/x", None),
        ("http://git.example.com/x", UserPassword("robot", "s3cr3t")),
    ):
        with pytest.raises(StalledError, match="plain text") as raised:
            open_mirror(tmp_path / "m", url, clock=SystemClock(), credentials=credentials)
        assert "s3cr3t" not in str(raised.value)


@pytest.mark.parametrize("url", ["ext::sh -c id", "transport::x", "foo://example.invalid/x"])
def test_a_transport_that_runs_programs_does_not_exist(tmp_path: Path, url: str) -> None:
    """Git's transports that start a command are unknown here; asking is an error, not a process."""
    with pytest.raises((StalledError, TransientError)):
        _mirror(tmp_path, url).remote_head(MAIN)


def test_a_remote_inside_another_repository_is_not_confused_with_it(tmp_path: Path) -> None:
    """A missing repository is missing, even where a folder above it is one."""
    outer = GitRemote(tmp_path / "outer.git")
    outer.commit({"a.yaml": b"x"})
    (outer.path / "inner").mkdir()
    with pytest.raises(StalledError):
        _mirror(tmp_path, outer.path / "inner").remote_head(MAIN)


def test_a_branch_that_names_a_file_is_refused(tmp_path: Path, remote: GitRemote) -> None:
    """A ref to something that is no commit gets a sentence."""
    remote.commit({"a.yaml": b"x"})
    blob = remote.run("rev-parse", "main:a.yaml")
    remote.run("update-ref", "refs/tags/odd", blob)
    with pytest.raises(StalledError, match="refs/tags/odd of the remote names no commit"):
        _mirror(tmp_path, remote.path).remote_head("refs/tags/odd")


def test_damage_in_the_mirror_is_noticed(tmp_path: Path, remote: GitRemote) -> None:
    """Wrong bytes are never given out as the content of a file."""
    data = bytes(range(256)) * 400
    remote.commit({"a.yaml": data})
    repo = _mirror(tmp_path, remote.path)
    commit = repo.fetch(MAIN)
    assert commit is not None
    (entry,) = repo.entries(commit)
    (pack,) = (tmp_path / "mirror.git" / "objects" / "pack").glob("*.pack")
    raw = bytearray(pack.read_bytes())
    middle = len(raw) // 2
    raw[middle : middle + 20] = b"\x00" * 20
    pack.chmod(0o644)
    pack.write_bytes(raw)
    with pytest.raises(TransientError, match=entry.blob):
        _mirror(tmp_path, remote.path).read_blob(entry.blob)


def test_a_fetch_beyond_the_limits_ends(tmp_path: Path, remote: GitRemote) -> None:
    """A remote that sends more than is allowed is refused while it sends."""
    remote.commit({f"{number}.yaml": b"%d" % number for number in range(50)})
    with pytest.raises(StalledError, match="more than 10 objects"):
        _mirror(tmp_path, remote.path, GitLimits(pack_objects_max=10)).fetch(MAIN)


def test_a_fetch_that_never_ends_is_ended(tmp_path: Path, remote: GitRemote) -> None:
    """A remote that keeps sending cannot hold the loop for ever."""
    remote.commit({"a.yaml": b"x"})
    with pytest.raises(TransientError, match="took longer than 0 s"):
        _mirror(tmp_path, remote.path, GitLimits(fetch_timeout_s=0.0)).fetch(MAIN)


def test_a_repository_with_hooks_and_settings_runs_none(tmp_path: Path, remote: GitRemote) -> None:
    """Hooks, filters and aliases of a remote are data of somebody else."""
    trace = tmp_path / "ran"
    for hook in ("post-checkout", "reference-transaction", "pre-receive"):
        file = remote.path / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {trace}\n")
        file.chmod(0o755)
    remote.run("config", "uploadpack.packObjectsHook", f"touch {trace}; false")
    remote.run("config", "filter.x.smudge", f"touch {trace}; false")
    remote.run("config", "core.fsmonitor", f"touch {trace}; false")
    commit = remote.commit({".gitattributes": b"* filter=x\n", "a.yaml": b"x"})
    trace.unlink(missing_ok=True)
    repo = _mirror(tmp_path, remote.path)
    assert repo.fetch(MAIN) == commit
    assert [repo.read_blob(entry.blob) for entry in repo.entries(commit)][1] == b"x"
    assert not trace.exists()


def test_a_poll_of_a_local_repository_is_cheap(tmp_path: Path, remote: GitRemote) -> None:
    """Asking an unchanged repository on this machine costs far below a millisecond."""
    remote.commit({"a.yaml": b"x"})
    repo = _mirror(tmp_path, remote.path)
    durations_s = []
    for _ in range(50):
        begin = time.perf_counter()
        repo.remote_head(MAIN)
        durations_s.append(time.perf_counter() - begin)
    assert sorted(durations_s)[25] < 0.000_5
