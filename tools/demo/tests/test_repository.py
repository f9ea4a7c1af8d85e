"""The demo's repository, with real git."""

import asyncio
import socket
import subprocess
from pathlib import Path

import pytest

from tools.child.ports import free_ports
from tools.demo.places import moved
from tools.demo.repository import GitError, Repository


def created(folder: Path, port: int = 9) -> Repository:
    """Make a repository at network 3."""
    repository = Repository(folder)
    repository.create(lambda text: moved(text, 3), port)
    return repository


def show(repository: Repository, name: str) -> str:
    """Return a file of the pushed branch."""
    command = ["git", "-C", str(repository.bare), "show", f"main:{name}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def test_the_seed_is_the_example_at_its_place(tmp_path: Path) -> None:
    """The first commit is pushed and holds the example fleet with its addresses moved."""
    repository = created(tmp_path)
    assert "kind: Fleet" in show(repository, "fleet.yaml")
    assert "address: 127.3.2.11" in show(repository, "clusters/cluster2/workloads.yaml")
    assert "name: reviews" in show(repository, "configs/bookinfo/services.yaml")


def test_a_push_brings_the_commit(tmp_path: Path) -> None:
    """A committed edit is in the bare repository after the push, under the id that was returned."""
    repository = created(tmp_path)
    commit = repository.commit("Add a note", {"configs/bookinfo/note.yaml": "# a note\n"})
    asyncio.run(repository.push())
    assert show(repository, "configs/bookinfo/note.yaml") == "# a note\n"
    assert repository.head() == commit


def test_a_push_triggers_the_watcher(tmp_path: Path) -> None:
    """The hook posts to the watcher's trigger, and the push does not wait for the answer."""
    with socket.create_server(("127.0.0.1", 0)) as watcher:
        repository = created(tmp_path, watcher.getsockname()[1])
        repository.commit("Add a note", {"note.yaml": "# a note\n"})
        asyncio.run(asyncio.wait_for(repository.push(), 5))
        watcher.settimeout(5)
        connection, _ = watcher.accept()
        with connection:
            assert connection.recv(1024).startswith(b"POST /trigger HTTP/1.1\r\n")


def test_a_push_without_a_watcher_succeeds(tmp_path: Path) -> None:
    """Nobody listening at the trigger is no reason to refuse a push."""
    repository = created(tmp_path, free_ports(1)[0])
    repository.commit("Add a note", {"note.yaml": "# a note\n"})
    asyncio.run(repository.push())


def test_git_settings_of_the_user_do_not_matter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A user's own git settings, such as signed commits, do not reach the demo."""
    settings = tmp_path / "gitconfig"
    settings.write_text("[commit]\n  gpgsign = true\n[gpg]\n  program = /bin/false\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    repository = created(tmp_path / "demo")
    assert "kind: Fleet" in show_without_git_dir(repository, monkeypatch)


def show_without_git_dir(repository: Repository, monkeypatch: pytest.MonkeyPatch) -> str:
    """Read back with the test's own git free of the setting under test."""
    monkeypatch.delenv("GIT_DIR")
    return show(repository, "fleet.yaml")


def test_a_refused_push_says_why(tmp_path: Path) -> None:
    """Git's own words come with the error."""
    repository = created(tmp_path)
    hook = repository.bare / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)
    repository.commit("Add a note", {"note.yaml": "# a note\n"})
    with pytest.raises(GitError, match="not today"):
        asyncio.run(repository.push())
