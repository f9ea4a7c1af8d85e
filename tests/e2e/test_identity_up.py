"""`periplus up` with an authority: from an empty folder to a call, by what a user types."""

import json
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e import smallfleet
from tests.e2e.answers import answering
from tests.e2e.smallfleet import Load, Processes, until
from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.cli import ca
from tools.gitremote.remote import GitRemote
from tools.up.options import UpOptions

_SLOW_S = 90.0
"""Six processes start, on a machine that may do other things besides."""


def test_a_host_joins_by_a_token_and_its_envoy_gets_what_its_certificate_is_for(
    tmp_path: Path, envoy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The proxies' port speaks mutual TLS only, and nobody hands a key from host to host."""
    root, identity = tmp_path / "ca", tmp_path / "identity"
    assert ca.init(folder=root) == 0
    assert ca.intermediate(folder=root, cluster="east") == 0
    assert ca.issue_server(folder=root, cluster="east", into=identity) == 0
    xds, door, mutual = (f"127.0.0.1:{port}" for port in free_ports(3))
    up = UpOptions(
        str(tmp_path / "fleet.git"),
        tmp_path / "state",
        xds_address=xds,
        xds_identity=identity,
        trigger_address="",
        ca_authorities=root / "clusters",
        ca_address=door,
        ca_mutual_address=mutual,
        poll_s=0.05,
    )
    address = smallfleet.fresh_loopback_address()
    with ExitStack() as exits:
        _pushed(tmp_path, address, exits.enter_context(answering("v1")))
        processes = Processes.of(up)
        exits.callback(processes.stop_all)
        processes.start_all()
        until(lambda: '"ca ready"' in processes.log.read_text(), "the authority is there", _SLOW_S)
        ca.join_token(store=up.store, cluster="east", namespace="default", service_account="caller")
        (tmp_path / "token").write_text(capsys.readouterr().out, encoding="utf-8")
        proxy = {
            "type": "sidecar",
            "namespace": "default",
            "service_account": "caller",
            "cluster": "east",
            "ips": [address],
            "labels": {"app": "caller"},
            "metadata": {"INTERCEPTION_MODE": "NONE"},
        }
        command = [sys.executable, "-m", "tools.cli", "proxy", "run", "--proxy", json.dumps(proxy)]
        command += ["--name", "caller", "--folder", str(tmp_path / "run"), "--envoy", str(envoy)]
        command += ["--token", str(tmp_path / "token"), "--ca-roots", str(identity / "roots.pem")]
        command += ["--ca-address", door, "--ca-mutual-address", mutual, "--xds-address", xds]
        command += ["--admin-address", "127.0.0.1:0", "--drain-s", "0"]
        agent = Child(ChildSpec("agent", command, tmp_path / "agent.log"))
        exits.callback(agent.stop, 20)
        until(lambda: Load(address).once() == "v1", "the caller is served", _SLOW_S)
    said = processes.log.read_text() + (tmp_path / "agent.log").read_text()
    assert '"by":"join token"' in said
    assert "PRIVATE KEY" not in said
    assert (tmp_path / "token").read_text().strip() not in said


def _pushed(folder: Path, address: str, port: int) -> None:
    """Push a fleet with one caller and one version."""
    files = {
        "fleet.yaml": smallfleet.FLEET,
        "clusters/east/cluster.yaml": smallfleet.CLUSTER,
        "clusters/east/workloads.yaml": smallfleet.workload("v1", port),
        "clusters/east/caller.yaml": smallfleet.caller(address),
        "configs/hello/service.yaml": smallfleet.SERVICE,
    }
    clone = GitRemote(folder / "fleet.git").clone(folder / "work")
    clone.push_files({name: text.encode() for name, text in files.items()})
