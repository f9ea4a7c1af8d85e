"""Background processes end with whoever started them."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.demo.processes import Background, ProcessError

STUBBORN = "import signal, sys, time; print('up', flush=True); time.sleep(60)"
STARTER = """
import sys
from pathlib import Path
from tools.demo.processes import Background
argv = [sys.executable, "-c", "import time; time.sleep(60)"]
child = Background("child", argv, Path(sys.argv[1]), {})
print(child.pid, flush=True)
sys.stdin.read()
"""


def started(code: str, folder: Path) -> Background:
    """Start a Python program."""
    return Background("program", [sys.executable, "-c", code], folder / "log", {})


def test_stopping_ends_it(tmp_path: Path) -> None:
    """After stop the process is gone, and stopping again is no error."""
    program = started(STUBBORN, tmp_path)
    program.wait_for("up", 10)
    program.stop()
    program.stop()
    with pytest.raises(ProcessError, match="program ended with status -15"):
        program.check()


def test_a_process_that_fails_says_how(tmp_path: Path) -> None:
    """Waiting for a process that ended raises its status and the end of its log."""
    program = started("raise SystemExit('no such fleet')", tmp_path)
    with pytest.raises(ProcessError, match="status 1:\nno such fleet"):
        program.wait_for("up", 10)


def test_a_process_that_does_not_get_ready_times_out(tmp_path: Path) -> None:
    """Waiting is bounded."""
    program = started(STUBBORN, tmp_path)
    try:
        with pytest.raises(ProcessError, match="not ready after 0 s"):
            program.wait_for("never", 0.1)
    finally:
        program.stop()


def test_it_ends_when_its_starter_is_killed(tmp_path: Path) -> None:
    """SIGKILL to the demo leaves no process behind."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTER, str(tmp_path / "log")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        starter.kill()
    deadline_s = time.monotonic() + 5
    while is_running(pid):
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Say whether a process runs; one that only waits for its parent's notice does not."""
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
