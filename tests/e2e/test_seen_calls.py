"""Calls through a real Envoy become facts, and these tell which policies would refuse them."""

import http.client
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World, build_world
from libs.desired.facts import read_facts
from libs.envoy.staticform import static_bootstrap
from libs.kernel.ids import ClusterName
from libs.meshapi.observation import ObservedCall
from tests.e2e import certificates
from tests.e2e.echo import echoes
from tools.cli.clusterobjects import placed_in, read_desired
from tools.cli.main import main
from tools.envoy.process import EnvoyProcess

EAST = ClusterName("east")
_API, _PLAIN, _MESHED = "127.81.5.1", "127.81.5.8", "127.81.5.9"
_FILES = {
    "fleet.yaml": """
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: seen}
spec:
  sets: [{name: all, paths: [configs]}]
  mesh:
    extensionProviders:
    - {name: text, envoyFileAccessLog: {path: LOGS/text.log}}
    - name: json
      envoyFileAccessLog:
        path: LOGS/json.log
        logFormat:
          labels:
            start_time: "%START_TIME%"
            method: "%REQ(:METHOD)%"
            path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%"
            protocol: "%PROTOCOL%"
            response_flags: "%RESPONSE_FLAGS%"
            response_code_details: "%RESPONSE_CODE_DETAILS%"
            authority: "%REQ(:AUTHORITY)%"
            upstream_cluster: "%UPSTREAM_CLUSTER_RAW%"
            downstream_local_address: "%DOWNSTREAM_LOCAL_ADDRESS%"
            downstream_remote_address: "%DOWNSTREAM_REMOTE_ADDRESS%"
            downstream_tls_version: "%DOWNSTREAM_TLS_VERSION%"
            downstream_peer_uri_san: "%DOWNSTREAM_PEER_URI_SAN%"
""",
    "clusters/east/cluster.yaml": """
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
""",
    "configs/shop.yaml": """
apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{name: http, port: 9080}]}
---
apiVersion: v1
kind: Service
metadata: {name: callers, namespace: legacy}
spec: {selector: {calls: api}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: api-1, namespace: shop}
spec: {address: 127.81.5.1, labels: {app: api}, serviceAccount: api}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: cron-1, namespace: legacy}
spec: {address: 127.81.5.8, labels: {app: cron, calls: api}, serviceAccount: cron}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: api, namespace: shop}
spec:
  workloadSelector: {labels: {app: api}}
  ingress:
  - port: {number: 9080, protocol: HTTP, name: http}
    bind: 127.81.5.1
    captureMode: NONE
    defaultEndpoint: 0.0.0.0:9081
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: closed, namespace: shop}
spec: {action: DENY, rules: [{to: [{operation: {paths: [/closed]}}]}]}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: mesh, namespace: istio-system}
spec: {accessLogging: [{providers: [{name: text}, {name: json}]}]}
""",
}
_STRICT = """
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: shop}
spec:
  mtls:
    mode: STRICT
"""


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("LOGS", str(folder.parent)), encoding="utf-8")


def _world(folder: Path) -> World:
    desired = read_desired([str(folder)])
    placed = placed_in(EAST, desired.view, desired.contents)
    objects = [(one.item.object, one.item.origin) for one in placed]
    return build_world(objects, EAST, desired.view.fleet.spec.mesh)


@contextmanager
def _running(world: World, folder: Path) -> Iterator[None]:
    names = {"CERT_CHAIN": "api.pem", "KEY": "api.key", "ROOT_CERT": "ca.pem"}
    metadata = {f"TLS_SERVER_{key}": str(folder / file) for key, file in names.items()}
    proxy = Proxy(
        ProxyType.SIDECAR,
        "shop",
        (_API,),
        labels={"app": "api"},
        cluster=EAST,
        metadata={"INTERCEPTION_MODE": "NONE", **metadata},
    )
    config = static_bootstrap(compile_snapshot(world, proxy).snapshot)
    with echoes({(_API, 9081): "api"}), EnvoyProcess(config) as process:
        process.wait_ready()
        yield


def _call(path: str, source: str, context: ssl.SSLContext | None = None) -> int:
    connection = http.client.HTTPConnection(_API, 9080, timeout=5, source_address=(source, 0))
    connection.connect()
    if context is not None:
        name = "outbound_.9080_._.api.shop.svc.cluster.local"
        connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
    connection.request("GET", path, headers={"host": "api.shop:9080"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.status


@pytest.fixture(scope="module")
def called(tmp_path_factory: pytest.TempPathFactory, envoy: Path) -> Path:
    """Make calls of both kinds through the proxy of a service, and return its repository."""
    assert envoy.is_file()
    folder = tmp_path_factory.mktemp("seen")
    certificates.make(folder, [])
    for name, account in (("api", "shop/sa/api"), ("web", "shop/sa/web")):
        certificates.vouch(folder, name, f"URI:spiffe://cluster.local/ns/{account}")
    repository = folder / "repository"
    _write(repository, _FILES)
    context = certificates.client(folder, "web")
    context.check_hostname = False
    context.set_alpn_protocols(["istio-http/1.1", "istio"])
    with _running(_world(repository), folder):
        assert _call("/plain?token=planted", _PLAIN) == 200
        assert _call("/meshed", _MESHED, context) == 200
        assert _call("/closed", _PLAIN) == 403
    return repository  # an Envoy that ends writes all that it still has of its logs


def _calls(repository: Path) -> list[ObservedCall]:
    facts = read_facts(EAST, (repository / "clusters/east/facts.yaml").read_bytes()).facts
    assert facts is not None
    assert facts.observed is not None
    return list(facts.observed.spec.calls)


@pytest.mark.parametrize(
    ("log", "principal"), [("text", ""), ("json", "cluster.local/ns/shop/sa/web")]
)
def test_logs_of_a_real_proxy_say_who_called_and_how(
    called: Path, capsys: pytest.CaptureFixture[str], log: str, principal: str
) -> None:
    """The refused call is none; only more fields tell the name in a stranger's certificate."""
    file = str(called.parent / f"{log}.log")
    assert main(["export", "calls", "east", file, "--repository", str(called)]) == 0
    assert capsys.readouterr().out == "2 calls of 2 kinds; 0 left out\n"
    meshed, plain = sorted(_calls(called), key=lambda one: one.path)
    assert (plain.source.namespace, plain.source.workload, plain.tls) == (
        "legacy",
        "cron",
        "plaintext",
    )
    assert (plain.host, plain.port, plain.path) == ("api.shop.svc.cluster.local", 9080, "/plain")
    assert (meshed.source.address, meshed.source.principal) == (_MESHED, principal)
    assert (meshed.tls, meshed.path) == ("mtls", "/meshed")


def test_a_demand_for_mutual_tls_names_the_plain_client(
    called: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both in what checking says and among the risks of the change."""
    file = str(called.parent / "json.log")
    assert main(["export", "calls", "east", file, "--repository", str(called)]) == 0
    strict = tmp_path / "strict"
    for place in called.rglob("*.yaml"):
        _write(strict, {str(place.relative_to(called)): place.read_text(encoding="utf-8")})
    _write(strict, {"configs/strict.yaml": _STRICT})
    capsys.readouterr()
    assert main(["check", str(strict), "-o", "json"]) == 0
    found = _json(capsys)["messages"]
    (said,) = (one for one in found if one["code"] == "PER0314")
    assert (said["file"], said["line"]) == ("configs/strict.yaml", 7)
    assert "`legacy/cron` (plain) calls api.shop.svc.cluster.local:9080, GET /plain" in said["text"]
    main(["diff", str(called), str(strict), "-o", "json"])
    risks = [one["text"] for one in _json(capsys)["risks"] if one["kind"] == "refused call"]
    assert len(risks) == 1
    assert "configs/strict.yaml" in risks[0]
    assert "`legacy/cron` (plain)" in risks[0]


def _json(capsys: pytest.CaptureFixture[str]) -> Any:
    return orjson.loads(capsys.readouterr().out)
