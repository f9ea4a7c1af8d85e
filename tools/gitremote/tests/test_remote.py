"""The real remote that other tests rely on."""

from pathlib import Path

import pytest

from libs.ports.gitrepo import EntryKind
from tools.gitremote.remote import GitRemote, git


def test_a_clone_really_pushes(tmp_path: Path) -> None:
    """What a clone pushes is the head of the bare repository."""
    remote = GitRemote(tmp_path / "remote.git")
    clone = remote.clone(tmp_path / "clone")
    first = clone.push_files({"a/b.yaml": b"one", "c.yaml": b"x"})
    second = clone.push_files({"a/b.yaml": b"two", "c.yaml": None})
    assert remote.run("rev-parse", "main") == second
    assert remote.run("rev-parse", "main^") == first
    assert remote.run("ls-tree", "-r", "--name-only", "main") == "a/b.yaml"


def test_a_commit_holds_what_no_work_tree_could(tmp_path: Path) -> None:
    """Symlinks, submodules and names of any bytes can be committed directly."""
    remote = GitRemote(tmp_path / "remote.git")
    odd = b"\xff\n.yaml".decode("utf-8", "surrogateescape")
    remote.commit(
        {odd: b"x", "link": b"/etc/passwd", "module": b"1" * 40},
        links={"link": EntryKind.SYMLINK, "module": EntryKind.SUBMODULE},
    )
    listed = remote.run("ls-tree", "main")
    assert '"\\377\\n.yaml"' in listed
    assert "120000 blob" in listed
    assert "160000 commit" in listed


def test_a_failing_command_says_why(tmp_path: Path) -> None:
    """The error of git reaches whoever reads the failed test."""
    with pytest.raises(RuntimeError, match="git rev-parse failed"):
        git(tmp_path, "rev-parse", "HEAD")
