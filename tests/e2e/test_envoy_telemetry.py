"""What a real Envoy reports of calls: spans at a real Zipkin, lines in its access log."""

import json
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World, build_world
from libs.envoy.staticform import static_bootstrap
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.parse import parse_file
from tests.e2e.calls import make
from tests.e2e.echo import Addresses, echoes
from tests.e2e.servedviews import served_views
from tools.envoy.process import EnvoyProcess
from tools.parts.jaeger import Jaeger

_MESH = Path(__file__).parent / "expectations" / "shared" / "bookinfo.yaml"
_PROXY = Proxy(
    ProxyType.SIDECAR,
    "default",
    ("127.78.1.1",),
    labels={"app": "productpage", "version": "v1"},
    metadata={"INTERCEPTION_MODE": "NONE"},
)
_GATEWAY = Proxy(ProxyType.ROUTER, "default", ("127.78.0.1",), labels={"istio": "edge"})
_WAIT_S = 20.0
_FLUSH = dict.fromkeys(("zipkin.flush_interval_ms", "opentelemetry.flush_interval_ms"), 100)
_LAYER = {"name": "soon", "static_layer": {f"tracing.{name}": ms for name, ms in _FLUSH.items()}}
_SOON = {"layered_runtime": {"layers": [_LAYER]}}
_COLLECTOR = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: collector, namespace: istio-system}
spec:
  hosts: [collector.example]
  ports: [{number: 9411, name: http, protocol: HTTP}]
  resolution: STATIC
  endpoints: [{address: 127.78.9.9}]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: mesh, namespace: istio-system}
spec:
  tracing:
  - {providers: [{name: it}], randomSamplingPercentage: 100}
"""
_DETECTING = """opentelemetry: {SERVICE, http: {path: /v1/traces},
  serviceAttributeEnrichment: OTEL_SEMANTIC_CONVENTIONS,
  resourceDetectors: {environment: {}, dynatrace: {}}}"""
_SAMPLING = """opentelemetry: {SERVICE, http: {path: /v1/traces},
  dynatraceSampler: {tenant: t, clusterId: 7, httpService: {SERVICE}}}"""
_EDGE = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: edge}
  servers:
  - port: {number: 18443, name: tls, protocol: TLS}
    hosts: [known.example]
    tls: {mode: PASSTHROUGH}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: edge}
spec:
  hosts: [known.example]
  gateways: [edge]
  tls:
  - match: [{sniHosts: [known.example]}]
    route: [{destination: {host: reviews, port: {number: 9080}}}]
"""
_ZIPKIN = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: zipkin, namespace: istio-system}
spec:
  hosts: [zipkin.example]
  ports: [{number: 9411, name: http, protocol: HTTP, targetPort: PORT}]
  resolution: STATIC
  endpoints: [{address: 127.0.0.1}]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: mesh, namespace: istio-system}
spec:
  tracing:
  - providers: [{name: zipkin}]
    randomSamplingPercentage: 100
    customTags: {lost: {literal: {value: above}}}
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: productpage}
spec:
  selector: {matchLabels: {app: productpage}}
  tracing:
  - match: {mode: CLIENT}
    customTags:
      color: {literal: {value: blue}}
      user: {header: {name: x-user, defaultValue: nobody}}
      home: {environment: {name: HOME_OF_NOBODY, defaultValue: none}}
"""
_LOGS = """
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: mesh, namespace: istio-system}
spec:
  accessLogging:
  - providers: [{name: text}]
---
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: default}
spec:
  accessLogging:
  - providers: [{name: text}, {name: json}]
    filter: {expression: "response.code >= 200 && request.headers['x-log'] == 'yes'"}
  - providers: [{name: server}]
    match: {mode: SERVER}
"""


def _world(text: str, mesh: str) -> World:
    # The tables' own addresses may be in use by them at this moment.
    shared = _MESH.read_text(encoding="utf-8").replace("127.77.", "127.78.")
    whole = f"{text}\n---\n{shared}"
    parsed = parse_file("mesh.yaml", whole.encode())
    assert errors(parsed.messages) == ()
    settings = MeshConfig.model_validate_json(json.dumps(yaml.safe_load(mesh)), by_name=False)
    placed = [(one.object, one.origin) for one in parsed.objects]
    return build_world(placed, ClusterName("default"), settings)


def _workloads(world: World) -> Addresses:
    return {
        (endpoint.address, number): endpoint.workload
        for host, endpoints in world.registry.endpoints.items()
        for endpoint in endpoints
        for number in endpoint.ports.values()
        if "reviews" in host or "collector" in host
    }


@contextmanager
def _running(world: World, proxy: Proxy = _PROXY) -> "Iterator[Counter[str]]":
    """Run an Envoy that sends what it has soon; yields what arrives at collectors and others."""
    compiled = compile_snapshot(world, proxy)
    assert compiled.problems == ()
    config = static_bootstrap(compiled.snapshot) | _SOON
    with echoes(_workloads(world)) as arrived, EnvoyProcess(config) as process:
        process.wait_ready()
        yield arrived


def _call(**headers: str) -> dict[str, Any]:
    row = {"to": "127.78.1.2:9080", "host": "reviews", "path": "/traced", "headers": headers}
    (reply,) = make(row)
    assert reply.status == 200
    return dict(reply.seen["headers"])


def _json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=5) as answer:
        return json.load(answer)


def _until(read: Any) -> Any:
    deadline = time.monotonic() + _WAIT_S
    while not (found := read()) and time.monotonic() < deadline:
        time.sleep(0.1)
    return found


def test_a_span_of_envoy_arrives_at_zipkin_with_its_tags(zipkin_url: str, envoy: Path) -> None:
    """The nearer Telemetry adds tags to the tracing that the mesh's turned on."""
    assert envoy.is_file()
    mesh = """
    extensionProviders:
    - {name: zipkin, zipkin: {service: zipkin.example, port: 9411}}
    """
    with _running(_world(_ZIPKIN.replace("PORT", zipkin_url.rpartition(":")[2]), mesh)):
        trace = _call(**{"x-user": "alice"})["x-b3-traceid"][0]
        spans = _until(lambda: _json(f"{zipkin_url}/api/v2/traces?limit=10"))
    found = {span["traceId"]: span["tags"] for spans_of in spans for span in spans_of}
    tags = found[trace]
    assert (tags["color"], tags["user"], tags["home"]) == ("blue", "alice", "none")
    assert "lost" not in tags
    assert tags["istio.canonical_service"] == "productpage"
    assert tags["http.status_code"] == "200"


def test_a_span_of_envoy_arrives_by_otlp(jaeger: Jaeger, envoy: Path) -> None:
    """OpenTelemetry's protocol carries the same tags, under the workload's name."""
    assert envoy.is_file()
    mesh = """
    extensionProviders:
    - {name: zipkin, opentelemetry: {service: zipkin.example, port: 9411}}
    """
    text = _ZIPKIN.replace("name: http, protocol: HTTP", "name: grpc, protocol: GRPC")
    with _running(_world(text.replace("PORT", jaeger.otlp_grpc.rpartition(":")[2]), mesh)):
        trace = _call(**{"x-user": "alice"})["traceparent"][0].split("-")[1]
        body = _until(lambda: _trace(f"{jaeger.query}/api/traces/{trace}"))
    (span,) = body["data"][0]["spans"]
    tags = {tag["key"]: tag["value"] for tag in span["tags"]}
    assert (tags["color"], tags["user"]) == ("blue", "alice")
    (process,) = body["data"][0]["processes"].values()
    assert process["serviceName"] == "productpage.default"


@pytest.mark.parametrize(
    ("provider", "passed_on"),
    [
        ("datadog: {SERVICE}", "x-datadog-trace-id"),
        ("zipkin: {SERVICE, timeout: 2s, headers: [{name: a, value: b}]}", "x-b3-traceid"),
        (_DETECTING, "traceparent"),
        (_SAMPLING, "tracestate"),
        ("skywalking: {SERVICE, accessToken: t}", "sw8"),
    ],
    ids=["datadog", "zipkin", "otlp", "dynatrace", "skywalking"],
)
def test_every_tracer_passes_its_context_on_and_reports(
    provider: str, passed_on: str, envoy: Path
) -> None:
    """Each in headers of its own; an echo is enough to see that something is sent."""
    assert envoy.is_file()
    named = provider.replace("SERVICE", "service: collector.example, port: 9411")
    with _running(_world(_COLLECTOR, f"extensionProviders: [{{name: it, {named}}}]")) as arrived:
        assert passed_on in _call()
        assert _until(lambda: arrived["collector"])


def test_a_context_may_be_kept_while_spans_are_reported(tmp_path: Path, envoy: Path) -> None:
    """Whoever is called outside need not know of the trace."""
    assert envoy.is_file()
    mesh = "extensionProviders: [{name: it, zipkin: {service: collector.example, port: 9411}}]"
    world = _world(_COLLECTOR.replace("100}", "100, disableContextPropagation: true}"), mesh)
    snapshot = compile_snapshot(world, _PROXY).snapshot
    with (
        echoes(_workloads(world)) as arrived,
        served_views(tmp_path) as views,
        views.serving(snapshot, _PROXY, delta=True),
    ):
        assert "x-b3-traceid" not in _call()
        assert _until(lambda: arrived["collector"])


def _trace(url: str) -> Any:
    """Read a trace; nothing before it has arrived."""
    try:
        return _json(url)
    except urllib.error.HTTPError:
        return None


@pytest.mark.parametrize("tracing", ["disableSpanReporting: true", "randomSamplingPercentage: 0"])
def test_nothing_is_reported_where_nobody_wants_it(
    zipkin_url: str, envoy: Path, tracing: str
) -> None:
    """Neither a share of nothing nor a switched off report sends a span."""
    assert envoy.is_file()
    before = len(_json(f"{zipkin_url}/api/v2/traces?limit=100"))
    text = _ZIPKIN.replace("PORT", zipkin_url.rpartition(":")[2])
    text = text.replace("  - match: {mode: CLIENT}\n", f"  - {tracing}\n")
    mesh = "extensionProviders: [{name: zipkin, zipkin: {service: zipkin.example, port: 9411}}]"
    with _running(_world(text, mesh)):
        for _ in range(5):
            _call()
        time.sleep(1)  # ten times as long as it keeps what it has
    assert len(_json(f"{zipkin_url}/api/v2/traces?limit=100")) == before


def test_log_lines_have_the_form_and_the_calls_that_are_wanted(tmp_path: Path, envoy: Path) -> None:
    """The namespace's filter leaves out a call, and both forms are written for the other."""
    assert envoy.is_file()
    mesh = f"""
    extensionProviders:
    - name: text
      envoyFileAccessLog:
        path: {tmp_path}/text.log
        logFormat: {{text: "%REQ(:PATH)% %RESPONSE_CODE%"}}
    - name: json
      envoyFileAccessLog:
        path: {tmp_path}/json.log
        logFormat: {{labels: {{path: "%REQ(:PATH)%", code: "%RESPONSE_CODE%"}}}}
    - {{name: server, envoyFileAccessLog: {{path: {tmp_path}/server.log}}}}
    """
    with _running(_world(_LOGS, mesh)):
        _call(**{"x-log": "no"})
        _call(**{"x-log": "yes"})
    assert (tmp_path / "text.log").read_text() == "/traced 200\n"
    line = json.loads((tmp_path / "json.log").read_text())
    assert line == {"path": "/traced", "code": 200}
    assert not (tmp_path / "server.log").exists()


@pytest.mark.parametrize("encoding", ["TEXT", "JSON"])
def test_the_meshs_own_file_has_the_usual_line(tmp_path: Path, envoy: Path, encoding: str) -> None:
    """Without a Telemetry every call is logged as Istio's tools expect it."""
    assert envoy.is_file()
    mesh = f"{{accessLogFile: {tmp_path}/access.log, accessLogEncoding: {encoding}}}"
    with _running(_world("", mesh)):
        _call(**{"x-request-id": "one"})
    line = (tmp_path / "access.log").read_text()
    if encoding == "JSON":
        found = json.loads(line)
        assert (found["path"], found["response_code"]) == ("/traced", 200)
        assert found["upstream_cluster"].startswith("outbound|9080|")
    else:
        assert '"GET /traced HTTP/1.1" 200 - via_upstream' in line
        assert '"one" "reviews"' in line


@pytest.mark.parametrize("silent", [False, True])
def test_connections_that_no_chain_takes_are_logged_unless_the_mesh_says_no(
    tmp_path: Path,
    envoy: Path,
    silent: bool,  # noqa: FBT001 - both values of the setting
) -> None:
    """Their listener writes the line, since they never get to a filter."""
    assert envoy.is_file()
    file = tmp_path / "access.log"
    form = "accessLogFormat: '%RESPONSE_FLAGS%'"
    mesh = f"{{accessLogFile: {file}, {form}, disableEnvoyListenerLog: {str(silent).lower()}}}"
    with _running(_world(_EDGE, mesh), _GATEWAY):
        list(make({"to": "127.78.0.1:18443", "bytes": "no handshake"}))
    assert file.read_text() == ("" if silent else "NR\n")
