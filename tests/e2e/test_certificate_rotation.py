"""Certificates by name reach Envoys that run, and new ones replace them without a lost call."""

import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Self

import pytest

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.kernel import xds
from libs.kernel.xds import Snapshot
from tests.casefile import world_of
from tests.e2e import certificates
from tests.e2e.xdsstack import Stack, eventually, stack
from tools.child.ports import free_ports

NODE = "router~127.0.0.1~edge.infra~infra.svc.cluster.local"
ROUTER = Proxy(ProxyType.ROUTER, "infra", ("127.0.0.1",), labels={"istio": "edge"})
HOST = "shop.example"
_PAUSE_S = 0.005


@pytest.fixture
def mesh(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A stack to start things in."""
    with stack(tmp_path) as made:
        yield made


class Edge:
    """A gateway whose certificate is a Secret."""

    def __init__(self, mesh: Stack) -> None:
        """Make two certificates for one name."""
        self.folder = mesh.folder
        self.port = free_ports(1)[0]
        self.backend = mesh.backend("one")
        certificates.make(self.folder, [HOST])
        certificates.vouch(self.folder, "renewed", f"DNS:{HOST}")

    def view(self, pair: str) -> Snapshot:
        """Compile the view with one of the pairs."""
        values = {key: self._text(f"{pair}.{end}") for key, end in (("crt", "pem"), ("key", "key"))}
        text = f"""
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: edge, namespace: infra}}
spec:
  selector: {{istio: edge}}
  servers:
  - port: {{number: {self.port}, name: https, protocol: HTTPS}}
    bind: 127.0.0.1
    hosts: [{HOST}]
    tls: {{mode: SIMPLE, credentialName: shop}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: shop, namespace: infra}}
spec:
  hosts: [{HOST}]
  gateways: [edge]
  http: [{{route: [{{destination: {{host: backend.example}}}}]}}]
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: backend, namespace: infra}}
spec:
  hosts: [backend.example]
  ports: [{{number: {self.backend}, name: http, protocol: HTTP}}]
  resolution: STATIC
  endpoints: [{{address: 127.0.0.1}}]
---
apiVersion: v1
kind: Secret
metadata: {{name: shop, namespace: infra}}
type: kubernetes.io/tls
stringData: {{tls.crt: {values["crt"]}, tls.key: {values["key"]}}}
"""
        return compile_snapshot(world_of(text, "edge.yaml"), ROUTER).snapshot

    def _text(self, file: str) -> str:
        """Return a file as one quoted YAML scalar."""
        lines = (self.folder / file).read_text(encoding="utf-8").splitlines()
        return '"' + "\\n".join(lines) + '\\n"'

    def connect(self) -> tuple[http.client.HTTPConnection, object]:
        """Open a connection; return it with the serial number of the certificate it met."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=5)
        wrapped = certificates.client(self.folder).wrap_socket(raw, server_hostname=HOST)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        connection.sock = wrapped
        return connection, (wrapped.getpeercert() or {})["serialNumber"]

    def serial(self) -> object:
        """Return the serial number that a new connection meets, None where there is none."""
        try:
            connection, serial = self.connect()
        except OSError:
            return None
        connection.close()
        return serial


def _ask(connection: http.client.HTTPConnection) -> int:
    connection.request("GET", "/", headers={"host": HOST})
    response = connection.getresponse()
    response.read()
    return response.status


@pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])
def test_a_rotated_certificate_is_met_by_new_connections_and_ends_none(
    mesh: Stack, *, delta: bool
) -> None:
    """Calls go on over old and new connections the whole time; only the secret is sent again."""
    edge = Edge(mesh)
    compiler = mesh.compiler()
    mesh.frontend()
    first, second = edge.view(HOST), edge.view("renewed")
    assert first.of(xds.LISTENER) == second.of(xds.LISTENER)
    compiler.publish(first)
    envoy = mesh.envoy(delta=delta, node=NODE)
    compiler.wait_status(first)
    assert eventually(lambda: edge.serial() is not None)
    kept, old = edge.connect()
    mesh.exits.callback(kept.close)
    assert _ask(kept) == 200
    loaded = list(envoy.admin.stats("listener_manager.listener_(added|modified)").values())

    with _Load(edge) as load:
        compiler.publish(second)
        compiler.wait_status(second)
        assert eventually(lambda: edge.serial() not in (None, old))
    assert _ask(kept) == 200
    assert not load.errors
    assert load.answers > 0
    now = list(envoy.admin.stats("listener_manager.listener_(added|modified)").values())
    assert now == loaded


class _Load:
    """New connections and calls all the time."""

    def __init__(self, edge: Edge) -> None:
        self.edge = edge
        self.answers = 0
        self.errors: list[str] = []
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert eventually(lambda: self.answers > 0 or bool(self.errors))
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.wait(_PAUSE_S):
            try:
                connection, _ = self.edge.connect()
                with closing(connection):
                    if _ask(connection) == 200:
                        self.answers += 1
                    else:
                        self.errors.append("refused")
            except (OSError, http.client.HTTPException) as error:
                self.errors.append(repr(error))
