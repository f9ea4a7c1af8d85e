"""Memory figures from the kernel."""

import os
import subprocess
import sys

from tools.demo.memory import memory_below

HOLD = "import sys; held = b'x' * 50_000_000; print('ready', flush=True); sys.stdin.read()"
PARENT = f"""
import subprocess, sys
child = subprocess.Popen([sys.executable, "-c", {HOLD!r}], stdin=subprocess.PIPE)
sys.stdin.read()
child.communicate()
"""


def test_memory_of_children_counts() -> None:
    """What a grandchild holds is part of the sum, and shared pages make PSS at most RSS."""
    before = memory_below(os.getpid())
    with subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        during = memory_below(os.getpid())
        parent.communicate()
    assert during.pss_mb - before.pss_mb >= 50
    assert during.pss_mb <= during.rss_mb


def test_a_process_that_is_gone_counts_nothing() -> None:
    """Asking for a process that has ended is no error."""
    with subprocess.Popen([sys.executable, "-c", ""]) as done:
        pass
    assert memory_below(done.pid).rss_mb == 0
