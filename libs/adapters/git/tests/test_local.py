"""Reading a repository on this machine by git's names."""

import subprocess
from pathlib import Path

import pytest

from libs.adapters.git.local import open_local
from libs.kernel.looperrors import StalledError


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Make a repository of two commits, the first one tagged, with an uncommitted change."""
    git(tmp_path, "init", "-q", "-b", "main")
    for number in (1, 2):
        (tmp_path / "a.yaml").write_text(f"number: {number}\n")
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-q", "-m", f"number {number}")
        if number == 1:
            git(tmp_path, "tag", "-a", "first", "-m", "the first one")
    (tmp_path / "a.yaml").write_text("number: 3\n")
    (tmp_path / "below").mkdir()
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    """Run git as nobody in particular."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, timeout=20)


@pytest.mark.parametrize(
    ("revision", "content"),
    [("main", b"number: 2\n"), ("HEAD~1", b"number: 1\n"), ("first", b"number: 1\n")],
    ids=["a branch", "an expression", "an annotated tag"],
)
def test_a_name_leads_to_committed_content(checkout: Path, revision: str, content: bytes) -> None:
    """What is read is what was committed, whatever the work tree says."""
    repository = open_local(checkout)
    (entry,) = repository.objects.entries(repository.resolve(revision))
    assert (entry.path, repository.objects.read_blob(entry.blob)) == ("a.yaml", content)


def test_a_folder_of_a_repository_will_do(checkout: Path) -> None:
    """A folder inside a checkout finds its repository, as git's own commands do."""
    assert open_local(checkout / "below").resolve("main") == open_local(checkout).resolve("main")


def test_an_unknown_name_is_refused(checkout: Path) -> None:
    """A name that leads nowhere is said, with what to write instead."""
    with pytest.raises(StalledError, match="`absent` names no commit here; write a branch"):
        open_local(checkout).resolve("absent")


def test_a_name_of_no_commit_is_refused(checkout: Path) -> None:
    """A blob is no commit."""
    with pytest.raises(StalledError, match="names no commit"):
        open_local(checkout).resolve("HEAD:a.yaml")


def test_a_plain_folder_is_refused(tmp_path: Path) -> None:
    """A folder outside every repository is said to be none."""
    with pytest.raises(StalledError, match="is no git repository"):
        open_local(tmp_path)
