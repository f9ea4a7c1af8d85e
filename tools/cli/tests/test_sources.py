"""PATHs of the command line."""

import io
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.cli.errors import UnusableError
from tools.cli.sources import STDIN_NAME, read_paths

FILES = {
    "fleet.yaml": b"kind: Fleet\n",
    "configs/a.yaml": b"a: 1\n",
    "configs/b.yml": b"b: 1\n",
    "configs/notes.txt": b"not read\n",
    ".hidden/c.yaml": b"c: 1\n",
}


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Write a config repository that is no git repository."""
    for name, data in FILES.items():
        path = tmp_path / "repo" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return tmp_path / "repo"


def test_a_config_repository_is_named_from_its_root(repository: Path) -> None:
    """A folder with fleet.yaml is read like its commit: YAML only, names from the root."""
    found = read_paths([str(repository)])
    assert sorted(found.files) == ["configs/a.yaml", "configs/b.yml", "fleet.yaml"]
    assert not found.shown


def test_a_plain_folder_is_named_as_given(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of a folder without fleet.yaml keep the names by which the user can open them."""
    monkeypatch.chdir(repository)
    found = read_paths(["configs"])
    assert found.files == {"configs/a.yaml": b"a: 1\n", "configs/b.yml": b"b: 1\n"}
    assert found.shown["configs/a.yaml"] == "configs/a.yaml"


def test_a_file_outside_the_folder_is_shown_as_given(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A path that climbs is read, under a name without dots, and shown as it was written."""
    (repository / "configs/deep").mkdir()
    monkeypatch.chdir(repository / "configs/deep")
    found = read_paths(["../a.yaml"])
    assert found.files == {"a.yaml": b"a: 1\n"}
    assert found.shown == {"a.yaml": "../a.yaml"}


def test_several_paths_are_read_together(repository: Path) -> None:
    """All PATHs of one command make one configuration."""
    paths = [str(repository / "configs" / name) for name in ("a.yaml", "b.yml")]
    assert len(read_paths(paths).files) == 2


def test_a_hyphen_is_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """`-` reads standard input."""
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(b"a: 1\n")))
    assert read_paths(["-"]).files == {STDIN_NAME: b"a: 1\n"}


def test_links_in_a_config_repository_are_reported(repository: Path) -> None:
    """A link is not followed where the services would not follow it either."""
    (repository / "configs/link.yaml").symlink_to("a.yaml")
    found = read_paths([str(repository)])
    assert "configs/link.yaml" not in found.files
    assert [entry.path for entry in found.links] == ["configs/link.yaml"]


def test_a_commit_is_read_without_the_work_tree(repository: Path) -> None:
    """REPO@REV reads what was committed, links included, whatever lies in the work tree."""
    (repository / "configs/link.yaml").symlink_to("a.yaml")
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "m"]):
        subprocess.run(["git", "-C", str(repository), *who, *command], check=True, timeout=20)
    (repository / "configs/a.yaml").write_text("a: changed\n")
    found = read_paths([f"{repository}@main"])
    assert found.files["configs/a.yaml"] == b"a: 1\n"
    assert [entry.path for entry in found.links] == ["configs/link.yaml"]


@pytest.mark.parametrize(
    ("paths", "sentence"),
    [
        ([], "name at least one PATH"),
        (["absent.yaml"], "absent.yaml: No such file or directory"),
        (["--colour"], "unknown option --colour"),
        ([".@main"], ".@main: `.` is no git repository"),
        (["empty"], "empty: no YAML file is there"),
    ],
    ids=["none", "absent", "option", "no repository", "empty"],
)
def test_what_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, paths: list[str], sentence: str
) -> None:
    """Each unusable PATH gets a sentence that begins with the path."""
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UnusableError) as caught:
        read_paths(paths)
    assert str(caught.value).startswith(sentence)
