"""The demo as users run it: real git, real Envoys, real traffic."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.demo.repository import EXAMPLE

COMMAND = [sys.executable, "-m", "tools.cli", "demo"]
LEFT_BEHIND = "periplus-demo-"


def processes_of_a_demo() -> set[str]:
    """Return the command lines of all processes that work in the folder of some demo."""
    lines = set()
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if LEFT_BEHIND in text:
            lines.add(f"{path.parent.name} {text}")
    return lines


@pytest.mark.timeout(240)
def test_the_story_is_lived_through_without_a_failed_request(envoy: Path, tmp_path: Path) -> None:
    """All steps become live, no request fails under load, and nothing stays behind."""
    before = processes_of_a_demo()
    done = subprocess.run(
        [*COMMAND, "--once", "--pushes", "2"],
        cwd=EXAMPLE,
        env={**os.environ, "PERIPLUS_ENVOY": str(envoy), "TMPDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout.splitlines()[-1])
    assert [step["name"][:2].rstrip("-") for step in figures["steps"]] == [
        *("1", "2", "3", "4", "5a", "5b", "5c")
    ]
    assert figures["failed"] == 0
    assert all(step["push_to_ack_ms"] > 0 for step in figures["steps"])
    assert figures["push_to_traffic_ms_p50"] > 0
    assert figures["requests"] >= 50 * len(figures["steps"])
    assert figures["memory_mb"] < 300
    assert processes_of_a_demo() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(120)
def test_an_interrupted_demo_leaves_nothing_behind(envoy: Path, tmp_path: Path) -> None:
    """Ctrl-C in the middle of the story stops every process and removes the folder."""
    before = processes_of_a_demo()
    env = {**os.environ, "PERIPLUS_ENVOY": str(envoy), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        COMMAND, cwd=EXAMPLE, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        while "2-name-the-subsets" not in demo.stderr.readline():
            assert demo.poll() is None
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=30)
    assert processes_of_a_demo() == before
    assert not list(tmp_path.iterdir())


@pytest.mark.timeout(120)
def test_a_killed_demo_leaves_no_process_behind(envoy: Path, tmp_path: Path) -> None:
    """SIGKILL to the demo ends its programs, Envoys and control plane as well."""
    before = processes_of_a_demo()
    env = {**os.environ, "PERIPLUS_ENVOY": str(envoy), "TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        COMMAND, cwd=EXAMPLE, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        while "1-open-the-gateway" not in demo.stderr.readline():
            assert demo.poll() is None
        demo.kill()
    deadline_s = time.monotonic() + 15
    while processes_of_a_demo() != before:
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
