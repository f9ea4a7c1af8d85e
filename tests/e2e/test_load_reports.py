"""A real Envoy tells how much it sends where, and people read it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.e2e import xdsresources as make
from tests.e2e.xdsstack import NODE, eventually, stack
from tools.child.ports import free_ports
from tools.cli.main import main


def test_what_an_envoy_sends_is_shown(
    tmp_path: Path, envoy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Requests of the last interval are counted by cluster, until the Envoy is gone."""
    assert envoy.is_file()
    with stack(tmp_path) as mesh:
        status = f"unix:{tmp_path}/status.sock"
        port, backend = free_ports(1)[0], mesh.backend("one")
        compiler = mesh.compiler()
        mesh.frontend(STATUS=status, LOAD_INTERVAL_S="0.3")
        compiler.publish(first := make.web(port, {"one": backend}, "one"))
        started = mesh.envoy(delta=True, load_reports=True)
        compiler.wait_status(first)
        caller = mesh.caller(port)

        def told() -> dict[str, Any]:
            capsys.readouterr()
            main(["proxies", "load", "--status", status, "-o", "json"])
            loads: dict[str, Any] = json.loads(capsys.readouterr().out)["loads"]
            return loads

        def counted() -> bool:
            assert caller.get() == "one"
            rows = told().get(NODE, [])
            return any(row["cluster"] == "one" and row["requests"] > 0 for row in rows)

        assert eventually(counted)
        assert main(["proxies", "load", "--status", status]) == 0
        assert "REQUESTS/S" in capsys.readouterr().out
        started.stop()
        assert eventually(lambda: not told())
