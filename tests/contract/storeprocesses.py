"""Starts, hears and kills the processes of `tests.contract.storechild`."""

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

TIMEOUT_S = 30


@dataclass(slots=True)
class Family:
    """The forking parent and what its children said, in lists of words by process id."""

    parent: "subprocess.Popen[str]"
    _lines: "queue.Queue[list[str]]" = field(default_factory=queue.Queue)
    _heard: dict[int, list[list[str]]] = field(default_factory=dict)

    def start(self, task: str, url: str, *arguments: object) -> int:
        """Fork a child with a task; return its process id."""
        if self.parent.stdin is None:
            raise ValueError("the parent has no pipe")
        print(task, url, *arguments, file=self.parent.stdin, flush=True)
        return int(self.hear(self.parent.pid, "forked"))

    def hear(self, child: int, word: str) -> str:
        """Wait for a child's next line that begins with `word`; return the rest of it."""
        deadline_s = time.monotonic() + TIMEOUT_S
        while True:
            for line in self._heard.pop(child, []):
                if line[0] == "failed":
                    raise AssertionError(" ".join(line))
                if line[0] == word:
                    return " ".join(line[1:])
            self._read(max(0, deadline_s - time.monotonic()))

    def kill(self, child: int) -> list[list[str]]:
        """End a child as a crash would, if it still runs; return its lines not yet heard."""
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        while _is_there(child):
            time.sleep(0.001)
        time.sleep(0.005)
        while not self._lines.empty():
            self._read(0)
        return self._heard.pop(child, [])

    def collect(self) -> None:
        """Read what the family says, in a thread."""
        if self.parent.stdout is not None:
            for line in self.parent.stdout:
                self._lines.put(line.split())

    def _read(self, timeout_s: float) -> None:
        pid, *words = self._lines.get(timeout=timeout_s)
        self._heard.setdefault(int(pid), []).append(words)


@contextmanager
def a_family() -> Iterator[Family]:
    """Start the forking parent; it and all its children are gone in the end."""
    command = [sys.executable, "-m", "tests.contract.storechild"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as parent:
        family = Family(parent)
        reader = threading.Thread(target=family.collect, daemon=True)
        reader.start()
        yield family
        if parent.stdin is not None:
            parent.stdin.close()
        parent.wait(TIMEOUT_S)
        reader.join(TIMEOUT_S)


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
