"""A real Envoy is started, asked and stopped."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tools.child.process import ChildError
from tools.envoy.process import EnvoyProcess


def _bootstrap(listeners: list[Any]) -> dict[str, Any]:
    return {
        "node": {"id": "test", "cluster": "test"},
        "static_resources": {"listeners": listeners},
    }


_WAITS_FOREVER = {
    "node": {"id": "test", "cluster": "test"},
    "static_resources": {
        "clusters": [{"name": "xds", "type": "STATIC", "connect_timeout": "1s"}],
    },
    "dynamic_resources": {
        "cds_config": {
            "resource_api_version": "V3",
            "initial_fetch_timeout": "0s",
            "api_config_source": {
                "api_type": "GRPC",
                "transport_api_version": "V3",
                "grpc_services": [{"envoy_grpc": {"cluster_name": "xds"}}],
            },
        }
    },
}


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1][1] == "Z"
    except FileNotFoundError:
        return True


def test_it_starts_answers_and_goes(envoy: Path) -> None:
    """A static bootstrap becomes ready, shows its config and counters, and leaves nothing."""
    assert envoy.name
    with EnvoyProcess(_bootstrap([])) as process:
        process.wait_ready()
        kinds = {part["@type"].rsplit(".", 1)[1] for part in process.admin.config_dump()["configs"]}
        live = process.admin.stats("^server.live$")
        pid, folder = process.pid, process.folder
    assert "BootstrapConfigDump" in kinds
    assert live == {"server.live": 1}
    assert _gone(pid)
    assert not folder.exists()


def test_a_kept_folder_holds_the_log(envoy: Path, tmp_path: Path) -> None:
    """With a folder of the caller's, the files stay after the process."""
    assert envoy.name
    with EnvoyProcess(_bootstrap([]), folder=tmp_path / "e", log_level="info") as process:
        process.wait_ready()
    assert "starting main dispatch loop" in process.log_path.read_text(encoding="utf-8")


def test_an_envoy_that_waits_for_its_first_config_is_not_ready(envoy: Path) -> None:
    """The admin interface answers before Envoy is ready, and the timeout is said in the error."""
    assert envoy.name
    with EnvoyProcess(_WAITS_FOREVER) as process:
        assert not process.admin.is_ready()
        with pytest.raises(ChildError, match=r"did not get ready within 0\.2 seconds"):
            process.wait_ready(timeout_s=0.2)


def test_a_refused_bootstrap_says_why(envoy: Path) -> None:
    """The error of an Envoy that ends at once carries Envoy's own reason."""
    assert envoy.name
    process = EnvoyProcess({"static_resources": {"listners": []}})
    with pytest.raises(ChildError, match=r"(?s)ended with status.*listners"), process:
        pass


def test_stop_comes_back_for_an_envoy_that_ignores_it(envoy: Path) -> None:
    """A stopped (frozen) process is killed after the deadline, and stopping twice is fine."""
    assert envoy.name
    with EnvoyProcess(_bootstrap([])) as process:
        pid = process.pid
        os.kill(pid, signal.SIGSTOP)
    process.stop()
    assert _gone(pid)


def test_it_dies_with_a_killed_parent(envoy: Path, tmp_path: Path) -> None:
    """No Envoy outlives a parent that was killed and could not stop it."""
    assert envoy.name
    code = (
        "import sys,time\nfrom tools.envoy.process import EnvoyProcess\n"
        "p = EnvoyProcess({'node': {'id': 'a', 'cluster': 'b'}}); p.start(); p.wait_admin()\n"
        "print(p.pid, flush=True); time.sleep(60)\n"
    )
    root = Path(__file__).parents[3]
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=root,
        stdout=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
    )
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 5
    while not _gone(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert _gone(child)
