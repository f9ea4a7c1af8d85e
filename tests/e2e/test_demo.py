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


def environment(envoy: Path, folder: Path) -> dict[str, str]:
    """Return the environment of a demo that keeps its files in `folder`."""
    return {**os.environ, "PERIPLUS_ENVOY": str(envoy), "TMPDIR": str(folder)}


def processes_of(folder: Path) -> list[str]:
    """Return the commands of all processes that inherited the environment of a folder's demo."""
    found = []
    for path in Path("/proc").glob("[0-9]*/environ"):
        try:
            if f"TMPDIR={folder}".encode() in path.read_bytes().split(b"\0"):
                found.append(path.with_name("cmdline").read_text().replace("\0", " "))
        except OSError:
            continue
    return found


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a name so short that sockets of the demo fit below it."""
    return tmp_path_factory.mktemp("demo")


@pytest.mark.timeout(240)
def test_the_story_is_lived_through_without_a_failed_request(envoy: Path, folder: Path) -> None:
    """All steps become live, no request fails under load, and nothing stays behind."""
    done = subprocess.run(
        [*COMMAND, "--once", "--pushes", "2"],
        cwd=EXAMPLE,
        env=environment(envoy, folder),
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
    assert processes_of(folder) == []
    assert not list(folder.iterdir())


@pytest.mark.timeout(120)
def test_an_interrupted_demo_leaves_nothing_behind(envoy: Path, folder: Path) -> None:
    """Ctrl-C in the middle of the story stops every process and removes the folder."""
    env = environment(envoy, folder)
    with subprocess.Popen(
        COMMAND, cwd=EXAMPLE, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        while "2-name-the-subsets" not in demo.stderr.readline():
            assert demo.poll() is None
        assert len(processes_of(folder)) > 14
        demo.send_signal(signal.SIGINT)
        demo.communicate(timeout=30)
    assert processes_of(folder) == []
    assert not list(folder.iterdir())


@pytest.mark.timeout(120)
def test_a_killed_demo_leaves_no_process_behind(envoy: Path, folder: Path) -> None:
    """SIGKILL to the demo ends its programs, Envoys and control plane as well."""
    env = environment(envoy, folder)
    with subprocess.Popen(
        COMMAND, cwd=EXAMPLE, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as demo:
        assert demo.stderr is not None
        while "1-open-the-gateway" not in demo.stderr.readline():
            assert demo.poll() is None
        demo.kill()
    deadline_s = time.monotonic() + 15
    while processes_of(folder):
        assert time.monotonic() < deadline_s
        time.sleep(0.1)
