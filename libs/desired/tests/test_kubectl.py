"""Patches as kubectl carries them out by itself, on kinds that it knows."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from libs.desired.tests.rendered import files, objects

BASE = """\
apiVersion: v1
kind: Service
metadata:
  name: web
  namespace: default
  labels: {app: web, tier: front}
spec:
  selector: {app: web}
  ports:
  - {name: http, port: 80, targetPort: 8080, protocol: TCP}
  - {name: admin, port: 81, targetPort: 8081, protocol: TCP}
"""
PATCHES: list[tuple[str, Any]] = [
    ("merge", {"metadata": {"labels": {"tier": None, "new": "a"}}}),
    ("merge", {"spec": {"ports": [{"name": "one", "port": 9, "protocol": "TCP"}]}}),
    ("merge", {"spec": {"selector": None}}),
    ("strategic", {"spec": {"ports": [{"port": 81, "targetPort": 9}]}}),
    ("strategic", {"spec": {"ports": [{"port": 80, "$patch": "delete"}]}}),
    ("strategic", {"spec": {"selector": {"$patch": "replace", "other": "b"}}}),
    ("json", [{"op": "replace", "path": "/spec/ports/1/port", "value": 82}]),
    ("json", [{"op": "remove", "path": "/metadata/labels/tier"}]),
    (
        "json",
        [
            {"op": "test", "path": "/spec/ports/0/name", "value": "http"},
            {"op": "move", "from": "/spec/ports/0", "path": "/spec/ports/1"},
            {"op": "copy", "from": "/spec/selector/app", "path": "/metadata/labels/a~1b"},
            {"op": "add", "path": "/spec/selector/x", "value": "y"},
        ],
    ),
]


@pytest.mark.parametrize(("way", "change"), PATCHES, ids=[f"{n}" for n in range(len(PATCHES))])
def test_a_patch_means_what_kubectl_means(
    kubectl: Path, tmp_path: Path, way: str, change: Any
) -> None:
    """Lists are compared by their ports: kubectl puts merged items first."""
    (tmp_path / "base.yaml").write_text(BASE)
    command = [str(kubectl), "patch", "--local", "-f", str(tmp_path / "base.yaml")]
    done = subprocess.run(
        [*command, f"--type={way}", "-p", json.dumps(change), "-o", "json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert _sorted(_ours(way, change)) == _sorted(json.loads(done.stdout))


def _ours(way: str, change: Any) -> dict[str, Any]:
    head = {"apiVersion": "v1", "kind": "Service"}
    body = {"patch": change} if way == "json" else change
    given = dict(body.get("metadata", {}))
    identity = {"name": "web", "annotations": {"periplus.io/patch": way}}
    text = json.dumps(head | body | {"metadata": given | identity})
    (one,) = objects(files({"configs/shop/a.yaml": BASE, "configs/shop/a.patch.yaml": text}))
    return one


def _sorted(one: dict[str, Any]) -> dict[str, Any]:
    ports = sorted(one["spec"].get("ports", []), key=lambda port: int(port["port"]))
    return one | {"spec": one["spec"] | {"ports": ports}}
