"""Children are waited for with a deadline and never stay."""

import signal
import sys
from pathlib import Path

import pytest

from tools.child.process import Child, ChildError, ChildSpec


def _child(tmp_path: Path, code: str) -> Child:
    return Child(ChildSpec("Sleeper", [sys.executable, "-c", code], tmp_path / "log"))


def _is_there(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_a_stopped_child_is_gone(tmp_path: Path) -> None:
    """Stop returns when the process is away, and may be called again."""
    child = _child(tmp_path, "import time; time.sleep(60)")
    child.stop()
    child.stop()
    assert not _is_there(child.pid)


def test_a_child_that_ignores_the_signal_is_killed(tmp_path: Path) -> None:
    """After the timeout the kernel ends it."""
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
        "print('deaf', flush=True); time.sleep(60)"
    )
    child = _child(tmp_path, code)
    child.wait_until("speak", lambda: "deaf" in child.spec.log.read_text(), 10)
    child.stop(timeout_s=0.1)
    assert not _is_there(child.pid)


def test_an_ended_child_is_said_with_its_log(tmp_path: Path) -> None:
    """The error names the status and shows the last lines."""
    child = _child(tmp_path, "import sys; print('out of luck'); sys.exit(3)")
    with pytest.raises(ChildError, match=r"(?s)Sleeper ended with status 3.*out of luck"):
        child.wait_until("wake", lambda: False, 10)


def test_a_deadline_is_said(tmp_path: Path) -> None:
    """The error says what was waited for and how long."""
    child = _child(tmp_path, "import time; time.sleep(60)")
    try:
        with pytest.raises(ChildError, match=r"Sleeper did not wake within 0\.1 seconds"):
            child.wait_until("wake", lambda: False, 0.1)
    finally:
        child.kill()


def test_the_stop_signal_can_be_chosen(tmp_path: Path) -> None:
    """A program that wants SIGINT gets SIGINT, even where the shell taught us to ignore it."""
    code = (
        "import signal, time\nsignal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "print('up', flush=True)\n"
        "try: time.sleep(60)\nexcept KeyboardInterrupt: print('asked politely', flush=True)"
    )
    log = tmp_path / "log"
    spec = ChildSpec("P", [sys.executable, "-c", code], log, stop_signal=signal.SIGINT)
    child = Child(spec)
    child.wait_until("start", lambda: "up" in log.read_text(), 10)
    child.stop()
    assert "asked politely" in log.read_text()


def test_a_running_child_passes_its_check(tmp_path: Path) -> None:
    """A check raises only once the child has ended, and then says how."""
    child = _child(tmp_path, "import time; time.sleep(60)")
    child.check()
    child.kill()
    with pytest.raises(ChildError, match="Sleeper ended with status -9"):
        child.check()
