"""What an upgrade would change, from two versions that run in processes of their own."""

import shutil
import sys
from pathlib import Path

import pytest

import tools
from tools.cli.main import main

_ROOT = Path(tools.__file__).parent.parent
_OBJECTS = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {ports: [{name: http, port: 9080}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: reviews}
spec: {address: 10.0.0.1, labels: {app: reviews}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews}}]}]
"""
_CONSTANT = "DEFAULT_ATTEMPTS = "
_PLACE = "libs/envoy/retry.py"


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    """Write a configuration."""
    (tmp_path / "mesh.yaml").write_text(_OBJECTS, encoding="utf-8")
    return tmp_path / "mesh.yaml"


def _built(folder: Path, *, mutated: bool) -> str:
    """Return the command of a version that is built from these sources, as they are or not."""
    for name in ("libs", "tools"):
        ignored = shutil.ignore_patterns("tests", "__pycache__")
        shutil.copytree(_ROOT / name, folder / name, ignore=ignored)
    if mutated:
        place = folder / _PLACE
        text = place.read_text(encoding="utf-8")
        assert _CONSTANT in text
        place.write_text(text.replace(_CONSTANT, f"{_CONSTANT}5 + "), encoding="utf-8")
    program = folder / "periplus"
    command = f'cd "{folder}" && exec "{sys.executable}" -m tools.cli "$@"'
    program.write_text(f"#!/bin/sh\n{command}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("mutated", "status", "said"),
    [
        (False, 0, "0 routing changes: text only."),
        (True, 1, "1 routing change: 1 resilience only."),
    ],
    ids=["the same sources", "another constant"],
)
def test_a_version_is_told_from_another_by_what_becomes_of_calls(
    objects: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    *,
    mutated: bool,
    status: int,
    said: str,
) -> None:
    """How often a call is tried again by default is nothing that any file says."""
    program = _built(tmp_path / "other", mutated=mutated)
    assert main(["diff", str(objects), "--against", program]) == status
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == said
    assert any("differs in retries" in line for line in lines) is mutated
