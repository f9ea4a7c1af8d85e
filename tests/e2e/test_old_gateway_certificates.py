"""Certificates that charts mounted into gateways become Secrets; their hosts go on as before."""

import base64
from pathlib import Path

import pytest

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import build_world
from libs.envoy.staticform import static_bootstrap
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.meshapi.dialects.modern import modern
from libs.meshapi.parse import parse_file
from tests.e2e import certificates
from tests.e2e.calls import make
from tests.e2e.echo import echoes
from tools.envoy.process import EnvoyProcess

HOST = "flask.example1.com"
MOUNTED = "/etc/istio/ingressgateway-certs"
ROUTER = Proxy(ProxyType.ROUTER, "istio-system", labels={"istio": "ingressgateway"})
OBJECTS = """
apiVersion: networking.istio.io/v1alpha3
kind: Gateway
metadata: {name: flask-gateway}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 18443, name: https, protocol: HTTPS}
    bind: 127.79.0.1
    hosts: [flask.example1.com]
    tls: {mode: SIMPLE, serverCertificate: MOUNTED/tls.crt, privateKey: MOUNTED/tls.key}
---
apiVersion: networking.istio.io/v1alpha3
kind: VirtualService
metadata: {name: flask}
spec:
  hosts: [flask.example1.com]
  gateways: [flask-gateway]
  http: [{route: [{destination: {host: flask.example}}]}]
---
apiVersion: networking.istio.io/v1alpha3
kind: ServiceEntry
metadata: {name: flask}
spec:
  hosts: [flask.example]
  ports: [{number: 80, name: http, protocol: HTTP, targetPort: 18080}]
  resolution: STATIC
  endpoints: [{address: 127.79.5.2}]
---
apiVersion: v1
kind: Secret
metadata: {name: istio-ingressgateway-certs, namespace: istio-system}
type: kubernetes.io/tls
data: {tls.crt: CERTIFICATE, tls.key: KEY}
"""


@pytest.mark.usefixtures("envoy")
def test_a_mounted_certificate_is_served_from_its_secret(tmp_path: Path) -> None:
    """The wrong scheme fails as it did."""
    certificates.make(tmp_path, [HOST])
    words = {"MOUNTED": MOUNTED}
    for word, file in (("CERTIFICATE", f"{HOST}.pem"), ("KEY", f"{HOST}.key")):
        words[word] = base64.b64encode((tmp_path / file).read_bytes()).decode()
    text = OBJECTS
    for word, meaning in words.items():
        text = text.replace(word, meaning)
    parsed = parse_file("old.yaml", text.encode())
    assert not errors(parsed.messages)
    placed = [(modern(one)[0], one.origin) for one in parsed.objects]
    compiled = compile_snapshot(build_world(placed, ClusterName("default")), ROUTER)
    assert not compiled.problems
    call = {"to": "127.79.0.1:18443", "host": HOST}
    tls = {"tls": {"certificates": str(tmp_path), "name": HOST}}
    with (
        echoes({("127.79.5.2", 18080): "flask-v2"}),
        EnvoyProcess(static_bootstrap(compiled.snapshot)) as process,
    ):
        process.wait_ready()
        assert [reply.seen.get("workload") for reply in make(call | tls)] == ["flask-v2"]
        assert [reply.status for reply in make(call)] == [0]
