"""Calls of access logs as facts, and what commands make of facts."""

import json
from pathlib import Path

import pytest

from libs.desired.facts import read_facts
from libs.kernel.ids import ClusterName
from tools.cli.main import main

_FILES = {
    "fleet.yaml": """apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: f}
spec: {sets: [{name: all, paths: [configs]}]}
""",
    "clusters/east/cluster.yaml": """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
spec: {connection: {context: east}}
""",
    "configs/rule.yaml": """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: api, namespace: shop}
spec: {hosts: [api], http: [{timeout: 3s, route: [{destination: {host: api}}]}]}
""",
}
_FACTS = """apiVersion: periplus.io/v1alpha1
kind: Observation
metadata: {name: east}
spec: {seenAt: 2026-05-04T03:02:01Z, podAddresses: {10.0.0.9: shop/web-1}}
---
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: api-1, namespace: shop, labels: {kubernetes.io/service-name: api}}
addressType: IPv4
endpoints: [{addresses: [10.0.0.1]}]
ports: [{name: http, port: 80}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-1, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web}], serviceAccountName: web}
"""
_LINE = {
    "start_time": "2026-05-04T03:00:00.000Z",
    "method": "GET",
    "path": "/${name}",
    "protocol": "HTTP/1.1",
    "response_flags": "-",
    "authority": "api.shop",
    "upstream_cluster": "inbound|80||",
    "downstream_local_address": "10.0.0.1:80",
    "downstream_remote_address": "10.0.0.9:4711",
    "requested_server_name": None,
}
_PROXY = '{"type": "sidecar", "namespace": "shop", "cluster": "east"}'


def _repository(folder: Path, facts: str = _FACTS) -> Path:
    for name, text in {**_FILES, "clusters/east/facts.yaml": facts}.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if text:
            place.write_text(text, encoding="utf-8")
    return folder


def test_calls_of_a_log_stand_beside_the_other_facts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was there stays, also when calls are written anew; a path may look like a variable."""
    repository = _repository(tmp_path / "repository")
    log = tmp_path / "a.log"
    log.write_text(f"starting\n{json.dumps(_LINE)}\n" * 2, encoding="utf-8")
    for _ in range(2):
        assert main(["export", "calls", "east", str(log), "--repository", str(repository)]) == 0
        assert capsys.readouterr().out == "2 calls of 1 kinds; 0 left out\n"
    found = read_facts(
        ClusterName("east"), (repository / "clusters/east/facts.yaml").read_bytes()
    ).facts
    assert found is not None
    assert found.observed is not None
    (call,) = found.observed.spec.calls
    assert (call.source.workload, call.tls, call.path) == ("web", "plaintext", "/${name}")
    assert found.observed.spec.seen_at == "2026-05-04T03:02:01Z"
    assert len(found.objects) == 3


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["east"], "name the access logs of proxies"),
        (["west", "a.log"], "the fleet has no cluster `west`; it has east"),
        (["east", "missing.log"], "missing.log: No such file or directory"),
    ],
)
def test_what_cannot_be_done_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    """In one sentence."""
    repository = str(_repository(tmp_path))
    assert main(["export", "calls", *arguments, "--repository", repository]) == 2
    assert said in capsys.readouterr().err


def test_a_proxy_is_compiled_with_the_services_of_its_cluster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Their endpoints are those that were seen."""
    repository = str(_repository(tmp_path))
    url = ["GET", "http://api.shop:80/", "--proxy", _PROXY]
    assert main(["route", repository, *url]) == 0
    got = capsys.readouterr()
    answer = json.loads(got.out)
    (cluster,) = answer["clusters"]
    assert (cluster["name"], cluster["endpoints"][0]["address"]) == (
        "outbound|80||api.shop.svc.cluster.local",
        "10.0.0.1",
    )
    assert answer["action"]["timeout"] == 3.0
    assert got.err == ""


@pytest.mark.parametrize(
    ("facts", "status", "said"),
    [
        ("", 0, "what only cluster east has is not known; write clusters/east/facts.yaml"),
        ("kind: [", 2, "clusters/east/facts.yaml:1:7: error PER0101"),
    ],
    ids=["missing", "broken"],
)
def test_a_cluster_that_nobody_looked_at_is_said_to_be_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], facts: str, status: int, said: str
) -> None:
    """On standard error, so that what is printed stays what it is."""
    repository = str(_repository(tmp_path, facts))
    assert main(["compile", repository, "--proxy", _PROXY, "-o", "text"]) == status
    assert said in capsys.readouterr().err


def test_checking_reads_facts_strictly(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What cannot be read is an error with its line; nothing else is wrong there."""
    assert main(["check", str(_repository(tmp_path))]) == 0
    assert main(["check", str(_repository(tmp_path, _FACTS.replace("seenAt", "seen")))]) == 1
    assert "clusters/east/facts.yaml:4:" in capsys.readouterr().out
