"""Children run, come back, and never outlive their parent."""

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from libs.adapters.system.clock import SystemClock
from tools.up.supervisor import ChildSpec, Supervisor

_FOREVER = "import time; time.sleep(60)"
_PARENT = """
import sys
from libs.adapters.system.clock import SystemClock
from tools.up.supervisor import ChildSpec, Supervisor
spec = ChildSpec("c", (sys.executable, "-c", "import time; time.sleep(60)"), {})
Supervisor([spec], SystemClock(), lambda event, **f: print(f["pid"], flush=True)).run()
"""


def _wait_until_gone(pid: int) -> bool:
    """Say whether a process ends within five seconds."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_child_that_ends_is_started_again_and_told_so() -> None:
    """A killed child comes back under another process id, and the log says what happened."""
    events: list[tuple[str, dict[str, object]]] = []
    spec = ChildSpec("sleeper", (sys.executable, "-c", _FOREVER), {})
    supervisor = Supervisor([spec], SystemClock(), lambda event, **f: events.append((event, f)))
    thread = threading.Thread(target=supervisor.run)
    thread.start()
    try:
        while not events:
            time.sleep(0.01)
        first = events[0][1]["pid"]
        assert isinstance(first, int)
        os.kill(first, signal.SIGKILL)
        while len(events) < 3:
            time.sleep(0.01)
    finally:
        supervisor.stop()
        thread.join(10)
    assert [event for event, _ in events] == ["child started", "child ended", "child started"]
    assert events[1][1]["status"] == -signal.SIGKILL
    assert events[2][1]["pid"] != first
    second = events[2][1]["pid"]
    assert isinstance(second, int)
    assert _wait_until_gone(second)


def test_a_killed_parent_leaves_no_child_behind() -> None:
    """Even SIGKILL of the parent ends its children."""
    parent = subprocess.Popen([sys.executable, "-c", _PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert _wait_until_gone(child)
