"""A bare repository, commits made in it directly, and clones that really push."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from libs.kernel.ids import BlobId, CommitId
from libs.ports.gitrepo import EntryKind

_MODES = {EntryKind.FILE: "100644", EntryKind.SYMLINK: "120000", EntryKind.SUBMODULE: "160000"}
_TIMEOUT_S = 60
_WHO = "Test Author <author@example.com> 1700000000 +0000"


class GitRemote:
    """One bare repository at `path`."""

    def __init__(self, path: Path) -> None:
        """Make an empty repository whose default branch is main."""
        self.path = path
        git(path.parent, "init", "--quiet", "--bare", "--initial-branch=main", str(path))

    def commit(
        self,
        files: Mapping[str, bytes],
        *,
        ref: str = "refs/heads/main",
        parent: CommitId | None = None,
        links: Mapping[str, EntryKind] | None = None,
        subject: str = "a change",
    ) -> CommitId:
        """Move `ref` to a new commit with exactly these files.

        A path may hold surrogate escapes for bytes that are no UTF-8. `links` gives the kind of
        those that are no plain files. Without `parent` the history is a new one.
        """
        kinds = links or {}
        changes = [_change(path, data, kinds) for path, data in sorted(files.items())]
        base = f"from {parent}\n" if parent else ""
        head = (
            f"reset {ref}\n\ncommit {ref}\ncommitter {_WHO}\n"
            f"data {len(subject.encode())}\n{subject}\n{base}deleteall\n"
        )
        git(
            self.path,
            "fast-import",
            "--quiet",
            "--force",
            stdin=b"".join([head.encode(), *changes, b"\n"]),
        )
        return CommitId(self.run("rev-parse", ref))

    def delete(self, ref: str) -> None:
        """Delete a ref."""
        self.run("update-ref", "-d", ref)

    def tag(self, name: str, commit: CommitId) -> str:
        """Make an annotated tag; return its full ref name."""
        self.run("tag", "-a", name, "-m", name, commit)
        return f"refs/tags/{name}"

    def vanish(self) -> None:
        """Take the whole repository away."""
        shutil.rmtree(self.path)

    def spoil(self, blob: BlobId) -> None:
        """Damage an object, so that it cannot be read any more."""
        for pack in (self.path / "objects" / "pack").glob("*.pack"):
            data = pack.read_bytes()
            pack.unlink()
            pack.with_suffix(".idx").unlink()
            git(self.path, "unpack-objects", "-q", stdin=data)
        loose = self.path / "objects" / blob[:2] / blob[2:]
        loose.chmod(0o644)
        loose.write_bytes(b"not an object")

    def run(self, *args: str) -> str:
        """Run git in the repository and return what it says."""
        return git(self.path, *args)

    def clone(self, path: Path) -> "Clone":
        """Clone into a new work tree."""
        git(path.parent, "clone", "--quiet", str(self.path), str(path))
        return Clone(path)


class Clone:
    """A work tree of somebody who pushes."""

    def __init__(self, path: Path) -> None:
        """Use the clone at `path`."""
        self.path = path

    def write(self, files: Mapping[str, bytes | None]) -> None:
        """Write files; None deletes one."""
        for name, data in files.items():
            file = self.path / name
            if data is None:
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)

    def push(self, subject: str = "a change", *, force: bool = False) -> CommitId:
        """Commit everything and push it to main."""
        git(self.path, "add", "--all")
        git(self.path, "commit", "--quiet", "--allow-empty", "--message", subject)
        git(self.path, "push", "--quiet", *(["--force"] if force else []), "origin", "HEAD:main")
        return CommitId(git(self.path, "rev-parse", "HEAD"))

    def push_files(self, files: Mapping[str, bytes | None], subject: str = "a change") -> CommitId:
        """Write, commit and push."""
        self.write(files)
        return self.push(subject)


def git(where: Path, *args: str, stdin: bytes = b"") -> str:
    """Run git without any configuration of this machine; raise when it fails."""
    done = subprocess.run(
        ["git", *args],
        cwd=where,
        input=stdin,
        env=environment(),
        capture_output=True,
        timeout=_TIMEOUT_S,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"git {args[0]} failed: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout.decode(errors="replace").strip()


def environment() -> dict[str, str]:
    """Return an environment in which git depends on nothing but its arguments."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_TERMINAL_PROMPT": "0",
        **{
            f"GIT_{who}_{what}": value
            for who in ("AUTHOR", "COMMITTER")
            for what, value in (("NAME", "Test Author"), ("EMAIL", "author@example.com"))
        },
    }


def _change(path: str, data: bytes, kinds: Mapping[str, EntryKind]) -> bytes:
    """One line of a fast-import stream, with the data of the file behind it."""
    kind = kinds.get(path, EntryKind.FILE)
    quoted = path.encode("utf-8", "surrogateescape").replace(b"\\", b"\\\\").replace(b'"', b'\\"')
    name = b'"' + quoted.replace(b"\n", b"\\n") + b'"'
    mode = _MODES[kind].encode()
    if kind is EntryKind.SUBMODULE:
        return b"M %b %b %b\n" % (mode, data, name)
    return b"M %b inline %b\ndata %d\n%b\n" % (mode, name, len(data), data)
