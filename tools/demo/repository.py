"""The demo's git repository: a bare one that is pushed to, and a checkout that is edited."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import libs

SEED = ("fleet.yaml", "configs/bookinfo", "clusters")
"""What the first commit holds, as paths of the example fleet."""
EXAMPLE = Path(libs.__file__).parent.parent
"""Folder that holds the example fleet: the checkout, or the private folder of the wheel."""
_HOOK = """#!/usr/bin/env bash
# Tells the git watcher that something may have changed; never holds up the push. Where there is no
# bash, the watcher's own poll finds out a moment later.
{{
  exec 3<>/dev/tcp/127.0.0.1/{port} &&
    printf 'POST /trigger HTTP/1.1\\r\\nHost: demo\\r\\nContent-Length: 0\\r\\n' >&3 &&
    printf 'Connection: close\\r\\n\\r\\n' >&3 &&
    read -r -t 1 <&3
}} >/dev/null 2>&1 </dev/null &
"""
_QUIET = (("gc.auto", "0"), ("maintenance.auto", "false"), ("receive.autogc", "false"))
"""git's own housekeeping would only take time from what is measured; a demo is short."""


class GitError(Exception):
    """git refused; the text is its own."""


@dataclass(frozen=True, slots=True)
class Repository:
    """A bare repository and a checkout of it, both below one folder."""

    folder: Path

    @property
    def bare(self) -> Path:
        """Where one pushes to."""
        return self.folder / "fleet.git"

    @property
    def checkout(self) -> Path:
        """Where files are edited."""
        return self.folder / "checkout"

    def create(self, moved: Callable[[str], str], trigger_port: int) -> None:
        """Make both, seed them from the example fleet and install the hook. `moved` edits texts."""
        self.folder.mkdir(parents=True, exist_ok=True)
        _git(self.folder, "init", "-q", "--bare", "-b", "main", str(self.bare))
        _git(self.folder, "init", "-q", "-b", "main", str(self.checkout))
        for repository in (self.bare, self.checkout):
            for setting in _QUIET:
                _git(repository, "config", *setting)
        _git(self.checkout, "remote", "add", "origin", str(self.bare))
        for name in SEED:
            _copy(EXAMPLE / name, self.checkout / name, moved)
        self.commit("Begin with the services of Bookinfo", {})
        _git(self.checkout, "push", "-q", "-u", "origin", "main")
        hook = self.bare / "hooks" / "post-receive"
        hook.write_text(_HOOK.format(port=trigger_port))
        hook.chmod(0o755)

    def commit(self, subject: str, files: Mapping[str, str]) -> str:
        """Write files and commit everything; return the new commit's id."""
        for name, text in files.items():
            path = self.checkout / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        _git(self.checkout, "add", "-A")
        _git(self.checkout, "commit", "-q", "-m", subject)
        return self.head()

    def head(self) -> str:
        """Return the id of the checkout's commit."""
        return _git(self.checkout, "rev-parse", "HEAD").strip()

    async def push(self) -> None:
        """Run `git push`. Raises GitError when it is refused."""
        process = await asyncio.create_subprocess_exec(
            "git",
            "push",
            "-q",
            cwd=self.checkout,
            env=_environment(),
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, errors = await process.communicate()
        if process.returncode:
            raise GitError(errors.decode(errors="replace").strip())


def _copy(source: Path, target: Path, moved: Callable[[str], str]) -> None:
    """Copy a file or a folder of YAML files, editing their texts."""
    paths = sorted(source.rglob("*.yaml")) if source.is_dir() else [source]
    for path in paths:
        copy = target / path.relative_to(source) if source.is_dir() else target
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(moved(path.read_text()))


def _environment() -> dict[str, str]:
    """Return an environment in which only the demo's own git settings count."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_AUTHOR_NAME": "Demo",
        "GIT_AUTHOR_EMAIL": "demo@periplus.example",
        "GIT_COMMITTER_NAME": "Demo",
        "GIT_COMMITTER_EMAIL": "demo@periplus.example",
    }


def _git(folder: Path, *arguments: str) -> str:
    """Run git and return what it prints. Raises GitError with git's own words."""
    git = shutil.which("git")
    if git is None:
        raise GitError("git is not installed; install it and start the demo again")
    done = subprocess.run(
        [git, *arguments],
        cwd=folder,
        env=_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise GitError(f"git {arguments[0]}: {done.stderr.strip()}")
    return done.stdout
