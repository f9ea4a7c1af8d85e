"""`periplus check --envoy`: what Envoy itself says."""

import json
from pathlib import Path

import pytest

from tools.cli.main import main

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, clusterIP: 10.0.0.9, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {app: edge}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [web.example]}]
"""
FILTER = """\
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: slow, namespace: shop}
spec:
  configPatches:
  - applyTo: CLUSTER
    match: {context: SIDECAR_OUTBOUND, cluster: {service: web.shop.svc.cluster.local}}
    patch: {operation: MERGE, value: {connect_timeout: %s}}
"""


def refused(folder: Path, timeout: str, envoy: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """Return which object Envoy refuses, and where; empty when it takes everything."""
    (folder / "a.yaml").write_text(SERVICE)
    (folder / "b.yaml").write_text(FILTER % timeout)
    main(["check", str(folder), "--envoy", str(envoy), "-o", "json"])
    messages = json.loads(capsys.readouterr().out)["messages"]
    found = [one for one in messages if one["code"] == "PER0340"]
    return " ".join(f"{each['object']['name']} {Path(each['file']).name}" for each in found)


def test_what_envoy_refuses_is_the_object_s_that_makes_it(
    envoy: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A value that no schema forbids; the services of the view are not to blame."""
    assert refused(tmp_path, "2s", envoy, capsys) == ""
    assert refused(tmp_path, "-1s", envoy, capsys) == "slow b.yaml"


def test_without_a_binary_that_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is a note beside the report; a binary that cannot be run is unusable."""
    (tmp_path / "a.yaml").write_text(SERVICE)
    main(["check", str(tmp_path)])
    assert "Envoy itself was not asked" in capsys.readouterr().err
    assert main(["check", str(tmp_path), "--envoy", str(tmp_path / "none")]) == 2
    assert "could not be asked" in capsys.readouterr().err
