"""Certificates of a gateway from both places that hold them: sealed in git, and a folder beside it.

Everything runs: git, gitwatcher, compiler, frontend and two Envoys.
"""

import http.client
import socket
import ssl
from pathlib import Path

import pytest
import yaml

from libs.adapters.sealing.keys import new_pair, public_key
from libs.adapters.sealing.sealed import as_written, seal
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.kernel.ids import ClusterName
from libs.meshapi.metadata import Metadata
from libs.meshapi.secret import Secret
from tests.e2e import certificates
from tests.e2e.smallfleet import until
from tests.e2e.stack import running_stack
from tools.child.ports import free_ports
from tools.envoy.nodes import node_id, node_metadata
from tools.envoy.process import EnvoyProcess

SEALED, BESIDE = "shop.example", "bank.example"
ROUTER = Proxy(
    ProxyType.ROUTER,
    "infra",
    ("127.0.0.1",),
    labels={"istio": "edge"},
    cluster=ClusterName("east"),
)


def _edge(port: int) -> str:
    servers = "".join(
        f"""
  - port: {{number: {port}, name: https-{name}, protocol: HTTPS}}
    bind: 127.0.0.1
    hosts: [{name}.example]
    tls: {{mode: SIMPLE, credentialName: {name}}}"""
        for name in ("shop", "bank")
    )
    return f"""\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {{name: edge, namespace: infra}}
spec:
  selector: {{istio: edge}}
  servers:{servers}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: edge, namespace: infra}}
spec:
  hosts: [{SEALED}, {BESIDE}]
  gateways: [edge]
  http: [{{route: [{{destination: {{host: hello.default.svc.cluster.local, subset: v1}}}}]}}]
"""


def _secret(folder: Path, file: str, name: str) -> Secret:
    """Return a pair as the Secret that a gateway names."""
    values = {
        "tls.crt": (folder / f"{file}.pem").read_text(encoding="utf-8"),
        "tls.key": (folder / f"{file}.key").read_text(encoding="utf-8"),
    }
    metadata = Metadata(name=name, namespace="infra")
    return Secret(metadata=metadata, type="kubernetes.io/tls", string_data=values)


def _text(secret: Secret) -> str:
    return yaml.safe_dump(secret.model_dump(by_alias=True, exclude_none=True, mode="json"))


def _served(folder: Path, port: int, host: str) -> tuple[object, str] | None:
    """Return the serial number of the certificate for a host, and the answer; None without."""
    try:
        raw = socket.create_connection(("127.0.0.1", port), timeout=5)
        wrapped = certificates.client(folder).wrap_socket(raw, server_hostname=host)
    except (OSError, ssl.SSLError):
        return None
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.sock = wrapped
    connection.request("GET", "/", headers={"host": host})
    answer = connection.getresponse().read().decode()
    serial = (wrapped.getpeercert() or {})["serialNumber"]
    connection.close()
    return serial, answer


def test_a_gateway_shows_the_sealed_certificate_and_the_one_beside_the_repository(
    tmp_path: Path, envoy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are served after a push; a new file replaces a certificate without one."""
    assert envoy.is_file()
    certificates.make(tmp_path, [SEALED, BESIDE])
    certificates.vouch(tmp_path, "renewed", f"DNS:{BESIDE}")
    private, public = new_pair()
    key = tmp_path / "sealing.pem"
    key.write_bytes(private)
    beside = tmp_path / "secrets" / "east"
    beside.mkdir(parents=True)
    (beside / "bank.yaml").write_text(_text(_secret(tmp_path, BESIDE, "bank")), encoding="utf-8")
    monkeypatch.setenv("PERIPLUS_COMPILER_SECRETS_FOLDER", str(tmp_path / "secrets"))
    monkeypatch.setenv("PERIPLUS_COMPILER_SEALING_KEYS", str(key))
    sealed = seal(_secret(tmp_path, SEALED, "shop"), public_key(public))
    (port,) = free_ports(1)
    with running_stack(tmp_path) as stack:
        stack.push(
            {
                "configs/hello/edge.yaml": _edge(port),
                "configs/hello/sealed.yaml": yaml.safe_dump(as_written(sealed)),
            }
        )
        settings = BootstrapSettings(
            node_id(ROUTER, "edge"),
            "127.0.0.1",
            stack.xds_port,
            node_metadata(ROUTER),
            admin_port=0,
        )
        with EnvoyProcess(bootstrap(settings)):
            until(lambda: _served(tmp_path, port, SEALED) is not None, "the sealed one is shown")
            until(lambda: _served(tmp_path, port, BESIDE) is not None, "the other one is shown")
            first = _served(tmp_path, port, BESIDE)
            assert first is not None
            assert first[1] == "v1"
            renewed = _text(_secret(tmp_path, "renewed", "bank"))
            (beside / "bank.yaml").write_text(renewed, encoding="utf-8")
            until(
                lambda: _served(tmp_path, port, BESIDE) not in (None, first),
                "the new certificate is met",
            )
        logged = stack.processes.log.read_text(encoding="utf-8")
    secret_line = (tmp_path / f"{SEALED}.key").read_text(encoding="utf-8").splitlines()[1]
    assert secret_line not in logged
