"""`./dev` lists its commands, refuses others, and makes an environment only when locks changed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.dev import bazel, bench, lock, main, shell

STUB = """\
#!/bin/sh
echo "$@" >> "$LOG"
if [ "$1" = "-m" ] && [ "$2" = "venv" ]; then mkdir -p "$3/bin"; cp "$0" "$3/bin/python"; fi
"""


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a command, each one is listed with what it does."""
    assert main.main([]) == 0
    said = capsys.readouterr().out
    assert [name for name in main.COMMANDS if f"./dev {name}" not in said] == []


def test_an_unknown_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2 and one sentence."""
    assert main.main(["fly"]) == 2
    assert capsys.readouterr().err == "dev: no command `fly`; `./dev` lists them.\n"


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Status 2, with the names that there are."""
    assert bench.main(["no-such-bench"]) == 2
    assert "no bench `no-such-bench`" in capsys.readouterr().err


def test_the_script_sets_up_once_a_lock(tmp_path: Path) -> None:
    """A fresh checkout gets an environment, the next call none; a changed lock installs again."""
    shutil.copy(shell.ROOT / "dev", tmp_path / "dev")
    (tmp_path / "requirements").mkdir()
    for name in ("runtime", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").write_text("a==1\n", encoding="utf-8")
    stub, log = tmp_path / "stub", tmp_path / "log"
    stub.write_text(STUB, encoding="utf-8")
    stub.chmod(0o755)

    def calls() -> list[str]:
        log.write_text("", encoding="utf-8")
        env = {**os.environ, "PYTHON": str(stub), "LOG": str(log)}
        subprocess.run(["sh", str(tmp_path / "dev"), "test", "-k", "a b"], env=env, check=True)
        return log.read_text(encoding="utf-8").splitlines()

    first, second = calls(), calls()
    (tmp_path / "requirements" / "dev.txt").write_text("a==2\n", encoding="utf-8")
    third = calls()
    assert any(line.startswith("-m venv") for line in first)
    assert second == ["-m tools.dev test -k a b"]
    install, hand_over = third
    assert install.startswith("-m pip install")
    assert "--require-hashes" in install
    assert hand_over == second[0]


def test_an_old_python_is_refused(tmp_path: Path) -> None:
    """The script says which Python it needs and how to name one."""
    shutil.copy(shell.ROOT / "dev", tmp_path / "dev")
    (tmp_path / "requirements").mkdir()
    for name in ("runtime", "dev"):
        (tmp_path / "requirements" / f"{name}.txt").touch()
    done = subprocess.run(
        ["sh", str(tmp_path / "dev")],
        env={**os.environ, "PYTHON": "false"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "Python 3.11 or newer is needed" in done.stderr


def test_a_lock_of_one_wheel_holds_nothing_else() -> None:
    """Dependencies that were resolved along are left out, hashes stay."""
    full = "a==1 \\\n    --hash=sha256:1 \\\n    --hash=sha256:2\nb==1 \\\n    --hash=sha256:3\n"
    assert lock.only(full, "a==1") == full[: full.index("b==1")]
    assert lock.only(full, "b==1") == full[full.index("b==1") :]


def test_locks_name_no_place() -> None:
    """No lock file says where packages come from."""
    for path in (shell.ROOT / "requirements").glob("*.txt"):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text, path.name
        assert "--find-links" not in text, path.name
        assert "--index-url" not in text, path.name


def test_bazels_python_is_ours(tmp_path: Path) -> None:
    """The toolchain names this environment's interpreter and is written only when it differs."""
    bazel.write_toolchain(tmp_path, Path(sys.executable))
    build = tmp_path / "BUILD"
    written = build.stat().st_mtime_ns
    assert f'interpreter_path = "{sys.executable}"' in build.read_text(encoding="utf-8")
    bazel.write_toolchain(tmp_path, Path(sys.executable))
    assert build.stat().st_mtime_ns == written
