"""The gitwatcher as the process that ships: start, trigger, stop, and wrong settings."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from libs.adapters.sql.store import SqlStore, open_store
from libs.kernel.ids import CommitId
from tests.e2e.pushes import seed, service
from tools.child.ports import free_ports
from tools.gitremote.remote import Clone, GitRemote

DEADLINE_S = 20.0
PREFIX = "PERIPLUS_GITWATCHER_"


@contextmanager
def _process(settings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """Run the gitwatcher beside a block."""
    env = {**os.environ, **{PREFIX + name: value for name, value in settings.items()}}
    process = subprocess.Popen(
        [sys.executable, "-m", "services.gitwatcher"], env=env, stderr=subprocess.PIPE
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone of an empty remote beside it."""
    return GitRemote(tmp_path / "remote.git").clone(tmp_path / "clone")


def _settings(folder: Path, trigger: str) -> dict[str, str]:
    return {
        "REPOSITORY": str(folder / "remote.git"),
        "MIRROR": str(folder / "mirror.git"),
        "STORE_URL": f"sqlite:///{folder / 'store.sqlite'}",
        "TRIGGER": trigger,
        "POLL_S": "600",
    }


def _ask(address: str, method: str, path: str) -> int:
    connection = http.client.HTTPConnection(address, timeout=5)
    try:
        connection.request(method, path)
        return connection.getresponse().status
    except ConnectionError:
        return 0
    finally:
        connection.close()


def _until(condition: Callable[[], bool], what: str) -> None:
    end_s = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < end_s, what
        time.sleep(0.005)


def _is_target(store: SqlStore, commit: CommitId) -> bool:
    newest = store.newest_revision()
    targets = store.targets().values()
    return (
        newest is not None
        and newest.commit == commit
        and [target.revision for target in targets] == [newest.id]
    )


def test_a_trigger_brings_a_push_to_its_target(tmp_path: Path, clone: Clone) -> None:
    """With a poll of ten minutes only the trigger can be what wakes; SIGTERM ends it cleanly."""
    address = f"127.0.0.1:{free_ports(1)[0]}"
    first = clone.push_files(seed())
    with _process(_settings(tmp_path, address)) as process:
        _until(lambda: _ask(address, "GET", "/readyz") == 200, "the process is ready")
        store = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
        assert _is_target(store, first)
        second = clone.push_files({"configs/other/more.yaml": service("more")})
        assert _ask(address, "POST", "/trigger") == 202
        _until(lambda: _is_target(store, second), "the second commit is the target")
        assert _ask(address, "GET", "/livez") == 200
        store.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0


def test_a_commit_is_one_trace(tmp_path: Path, clone: Clone) -> None:
    """Every stage is a child of the commit's span, whose id travels in the revision."""
    clone.push_files(seed())
    spans = tmp_path / "spans.jsonl"
    settings = _settings(tmp_path, "") | {
        "TELEMETRY__SPANS": "file",
        "TELEMETRY__ENDPOINT": str(spans),
    }
    with _process(settings) as process:
        store = open_store(settings["STORE_URL"])
        _until(lambda: len(store.targets()) == 1, "the commit is the target")
        newest = store.newest_revision()
        store.close()
        process.send_signal(signal.SIGTERM)
        assert process.wait(DEADLINE_S) == 0
    found = [json.loads(line) for line in spans.read_text().splitlines()]
    (root,) = [span for span in found if span["name"] == "commit"]
    children = [span for span in found if span["parent_id"] == root["span_id"]]
    children.sort(key=lambda span: span["start_s"])
    assert [span["name"] for span in children] == [
        "notice",
        "fetch",
        "parse",
        "lint",
        "store",
        "target",
    ]
    assert {span["trace_id"] for span in found} == {root["trace_id"]}
    assert newest is not None
    assert newest.trace is not None
    assert newest.trace.startswith(f"00-{root['trace_id']}-{root['span_id']}-")
    assert all(root["start_s"] <= span["start_s"] for span in children)


def test_missing_settings_are_named(tmp_path: Path) -> None:
    """A start without settings ends at once and names every variable that is missing."""
    with _process({}) as process:
        _, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 2
    for name in ("REPOSITORY", "MIRROR", "STORE_URL"):
        assert f"{PREFIX}{name}: " in said.decode()


def test_a_mirror_in_a_wrong_place_is_said(tmp_path: Path, clone: Clone) -> None:
    """Unusable settings end the process with one sentence and status 2."""
    clone.push_files(seed())
    settings = _settings(tmp_path, "") | {"MIRROR": str(clone.path)}
    with _process(settings) as process:
        _, said = process.communicate(timeout=DEADLINE_S)
    assert process.returncode == 2
    assert said.decode().splitlines()[-1].startswith("gitwatcher: ")
    assert "is no bare git repository" in said.decode()
