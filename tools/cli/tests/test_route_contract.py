"""Every word of a call and of an answer of `periplus route`, as the command line promises them."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from tools.cli.main import main
from tools.cli.tests.routedump import DUMP

_OBJECTS = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  clusterIP: 10.96.0.10
  selector: {app: reviews}
  ports: [{name: http, port: 9080}, {name: tcp-db, port: 5432}]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: reviews-v1}
spec: {address: 10.0.0.7, labels: {app: reviews, version: v1}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v1, labels: {version: v1}}, {name: none, labels: {version: none}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http:
  - {name: old, match: [{uri: {prefix: /old}}], redirect: {uri: /new}}
  - {name: tea, match: [{method: {exact: PUT}}], directResponse: {status: 418, body: {string: tea}}}
  - name: nobody
    match: [{uri: {prefix: /nobody}}]
    route: [{destination: {host: reviews, subset: none}}]
  - name: rest
    match: [{uri: {prefix: /r}}]
    rewrite: {uri: /new}
    timeout: 3s
    retries: {attempts: 2, retryOn: 5xx}
    route: [{destination: {host: reviews, subset: v1}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: gateway}
  servers:
  - {port: {number: 80, name: http, protocol: HTTP}, hosts: [shop.example]}
  - port: {number: 81, name: safe, protocol: HTTP}
    hosts: [shop.example]
    tls: {httpsRedirect: true}
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: [shop.example]
    tls: {mode: SIMPLE, serverCertificate: /a.pem, privateKey: /a.key}
  - port: {number: 444, name: mutual, protocol: HTTPS}
    hosts: ["*"]
    tls: {mode: MUTUAL, serverCertificate: /a.pem, privateKey: /a.key, caCertificates: /ca.pem}
  - {port: {number: 9000, name: tcp, protocol: TCP}, hosts: ["*"]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop}
spec:
  hosts: [shop.example]
  gateways: [edge]
  http:
  - name: all
    match: [{uri: {prefix: /r}}]
    route: [{destination: {host: reviews, port: {number: 9080}}}]
  tcp:
  - {match: [{port: 9000}], route: [{destination: {host: reviews, port: {number: 5432}}}]}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: arrivals}
spec:
  workloadSelector: {labels: {app: secured}}
  ingress:
  - port: {number: 8443, name: https, protocol: HTTPS}
    bind: 10.0.0.8
    captureMode: NONE
    defaultEndpoint: 127.0.0.1:8080
    tls: {mode: SIMPLE, serverCertificate: /a.pem, privateKey: /a.key}
  egress: [{hosts: ["~/*"]}]
"""
_GATEWAY = '{"type":"router","labels":{"istio":"gateway"},"ips":["10.0.0.1"]}'
_SIDECAR = '{"type":"sidecar","labels":{"app":"reviews"},"ip":"10.0.0.7"}'
_SECURED = """{"type":"sidecar","labels":{"app":"secured"},"ip":"10.0.0.8",
"metadata":{"INTERCEPTION_MODE":"NONE"}}"""
_SHOP = {"mode": "gateway", "host": "shop.example", "path": "/r"}
_REVIEWS = {"address": "10.96.0.10", "port": 9080, "host": "reviews", "path": "/r"}
_STEPS = ("error", "listener", "route_config", "virtual_host", "route", "verdict")


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The objects that the calls of this file are about."""
    monkeypatch.chdir(tmp_path)
    Path("mesh.yaml").write_text(_OBJECTS, encoding="utf-8")
    return "mesh.yaml"


def _asked(
    capsys: pytest.CaptureFixture[str], proxy: str, call: dict[str, Any]
) -> tuple[int, dict[str, Any]]:
    status = main(["route", "mesh.yaml", "--proxy", proxy, "--call", json.dumps(call)])
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, answer


@pytest.mark.parametrize(
    ("proxy", "call", "error"),
    [
        (_GATEWAY, {**_SHOP, "port": 82}, "NoListener"),
        (_GATEWAY, {**_SHOP, "port": 443, "tls": "tls", "sni": "a.example"}, "NoFilterChain"),
        (_GATEWAY, {**_SHOP, "port": 80, "path": "/x"}, "NoRoute"),
        (_GATEWAY, {**_SHOP, "port": 80, "host": "a.example"}, "NoVirtualHost"),
        (_SIDECAR, {**_REVIEWS, "path": "/nobody"}, "NoEndpoints"),
        (_GATEWAY, {**_SHOP, "port": 81}, "TLSRedirect"),
        (_GATEWAY, {**_SHOP, "port": 80, "protocol": "tcp"}, "ProtocolError"),
        (_SECURED, {"mode": "inbound", "address": "10.0.0.8", "port": 8443}, "TLSError"),
        (_GATEWAY, {**_SHOP, "port": 443}, "TLSError"),
        (_GATEWAY, {**_SHOP, "port": 80, "tls": "tls"}, "TLSError"),
        (_GATEWAY, {**_SHOP, "port": 444, "tls": "tls"}, "MTLSError"),
        (_GATEWAY, {**_SHOP, "port": 80, "tls": "mtls"}, "MTLSError"),
    ],
)
def test_a_call_that_fails_has_the_name_of_its_error(
    config: str,
    capsys: pytest.CaptureFixture[str],
    proxy: str,
    call: dict[str, Any],
    error: str,
) -> None:
    """The exit status is 1, the verdict refuses; the action was not reached and is null."""
    status, answer = _asked(capsys, proxy, call)
    assert (status, answer["error"], answer["verdict"]) == (1, error, "refuse")
    assert answer["action"] is None or error == "NoEndpoints"


def test_on_an_error_the_steps_that_matched_are_filled_and_the_rest_is_null(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """A host without a route for the path was found; route, clusters and action were not."""
    _, answer = _asked(capsys, _GATEWAY, {**_SHOP, "port": 80, "path": "/x"})
    assert [answer[name] for name in ("listener", "route_config", "virtual_host")] == [
        "0.0.0.0_80",
        "http.80",
        "shop.example:80",
    ]
    assert [answer[name] for name in ("route", "clusters", "action")] == [None, None, None]


def test_an_answer_has_exactly_the_promised_fields(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every step of the way, what is done on it, and who decided."""
    status, answer = _asked(capsys, _SIDECAR, _REVIEWS)
    assert status == 0
    assert answer.keys() == {*_STEPS, "filter_chain", "clusters", "action", "origin"}
    cluster = answer["clusters"][0]
    assert (cluster["name"], cluster["weight"]) == (
        "outbound|9080|v1|reviews.default.svc.cluster.local",
        100,
    )
    assert cluster["endpoints"][0]["address"] == "10.0.0.7"
    parts = "redirect direct_response rewrite timeout retries fault mirror headers"
    assert answer["action"].keys() == {*parts.split()}
    assert answer["action"]["rewrite"]["path"] == "/new"
    assert (answer["action"]["timeout"], answer["action"]["retries"]["attempts"]) == (3.0, 2)
    assert answer["origin"].keys() == {"file", "line", "kind", "namespace", "name"}


@pytest.mark.parametrize(
    ("proxy", "call", "wanted"),
    [
        (_SIDECAR, {**_REVIEWS, "path": "/old"}, {"verdict": "redirect"}),
        (_SIDECAR, {**_REVIEWS, "method": "PUT"}, {"verdict": "respond", "route": "tea"}),
        (_SIDECAR, {**_REVIEWS, "protocol": "http2"}, {"route": "rest"}),
        (_SIDECAR, {"address": "reviews", "port": 9080, "path": "/r"}, {"route": "rest"}),
        (_SIDECAR, {"address": "10.9.9.9", "port": 9080}, {"virtual_host": "allow_any"}),
        (_SIDECAR, {"address": "10.96.0.10", "port": 5432, "protocol": "tcp"}, {"route": None}),
        (
            _SIDECAR,
            {"mode": "inbound", "address": "10.0.0.7", "port": 9080, "host": "reviews"},
            {"route_config": "inbound|9080||", "route": "default"},
        ),
        (_GATEWAY, {**_SHOP, "port": 443, "tls": "tls"}, {"route": "all"}),
        (_GATEWAY, {**_SHOP, "port": 443, "tls": "tls", "alpn": "h2"}, {"route": "all"}),
        (_GATEWAY, {**_SHOP, "port": 443, "tls": "tls", "alpn": ["h2"]}, {"route": "all"}),
        (_GATEWAY, {**_SHOP, "port": 444, "tls": "mtls"}, {"route": "all"}),
        (_GATEWAY, {"mode": "gateway", "port": 9000, "protocol": "tcp"}, {"verdict": "forward"}),
    ],
)
def test_what_a_call_says_counts_and_what_it_leaves_out_has_a_default(
    config: str,
    capsys: pytest.CaptureFixture[str],
    proxy: str,
    call: dict[str, Any],
    wanted: dict[str, Any],
) -> None:
    """Mode, address, protocol, TLS, ALPN, SNI, host, method and path; none of them is an error."""
    status, answer = _asked(capsys, proxy, call)
    assert (status, answer["error"]) == (0, None)
    assert {name: answer[name] for name in wanted} == wanted


def test_a_certificate_of_somebody_else_is_not_decided(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Resources do not tell whom an authority vouches for; that is no error, and no answer."""
    call = {**_SHOP, "port": 444, "tls": "mtls", "client_cert": "stranger"}
    status, answer = _asked(capsys, _GATEWAY, call)
    assert (status, answer["error"]) == (1, None)
    assert answer["verdict"].startswith("not decided: ")


def test_calls_come_from_standard_input_and_a_wrong_line_is_named(
    config: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Empty lines are passed over; the answers have the order of the calls."""
    lines = [json.dumps({**_REVIEWS, "path": path}) for path in ("/old", "/r")]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join([lines[0], "", lines[1], '{"a":1}'])))
    assert main(["route", config, "--proxy", _SIDECAR, "--calls", "-"]) == 2
    out = capsys.readouterr()
    assert [json.loads(line)["route"] for line in out.out.splitlines()] == ["old", "rest"]
    assert "-:4: unknown field `a`" in out.err


def test_a_url_and_headers_stand_for_a_call(
    config: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """HTTPS means TLS with the host as SNI; the proxy may be a file, and text is one line."""
    (tmp_path / "proxy.json").write_text(_GATEWAY, encoding="utf-8")
    words = ["GET", "https://shop.example/r", "-H", "x-a: 1", "-o", "text"]
    assert main(["route", config, "--proxy", "proxy.json", *words]) == 0
    assert capsys.readouterr().out.startswith("forward outbound|9080||reviews")


def test_the_dump_of_another_control_plane_is_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Filters that only observe decide nothing, one that nobody knows makes no answer certain."""
    dump = tmp_path / "dump.json"
    dump.write_text(json.dumps(DUMP), encoding="utf-8")
    asked = ["route", "--envoy", str(dump), "--call"]
    assert main([*asked, json.dumps(_REVIEWS)]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["route"], answer["origin"]) == ("mine", None)
    assert answer["clusters"][0]["endpoints"][0]["address"] == "10.0.0.7"
    assert main([*asked, json.dumps({**_REVIEWS, "port": 9090})]) == 1
    assert "acme.Unknown" in json.loads(capsys.readouterr().out)["verdict"]
    assert main([*asked, json.dumps({"address": "10.1.1.1", "port": 7, "protocol": "tcp"})]) == 0
    assert json.loads(capsys.readouterr().out)["clusters"][0]["name"] == "PassthroughCluster"
