"""Where a proxy has its workload's own certificate: in files, or from the agent beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.envoy import tls

METADATA_KEYS: Final = (
    "TLS_SERVER_CERT_CHAIN",
    "TLS_SERVER_KEY",
    "TLS_SERVER_ROOT_CERT",
    "TLS_CLIENT_CERT_CHAIN",
    "TLS_CLIENT_KEY",
    "TLS_CLIENT_ROOT_CERT",
    "ISTIO_VERSION",
    "PERIPLUS_AGENT",
)
"""What a node says about its certificates, by the names that Istio's proxies send."""

_AGENTS: Final = ("ISTIO_VERSION", "PERIPLUS_AGENT")


@dataclass(frozen=True, slots=True)
class Identity:
    """Files of one side of connections; without files an agent serves them, if `agent`."""

    pair: tls.KeyPair | None
    authorities: str
    agent: bool

    @property
    def known(self) -> bool:
        """Whether there is a certificate at all."""
        return self.agent or (self.pair is not None and bool(self.authorities))


def server_identity(metadata: Mapping[str, Any]) -> Identity:
    """Return what the proxy shows to its clients."""
    return _identity(metadata, "SERVER")


def client_identity(metadata: Mapping[str, Any]) -> Identity:
    """Return what the proxy shows to the servers that it calls."""
    return _identity(metadata, "CLIENT")


def _identity(metadata: Mapping[str, Any], side: str) -> Identity:
    """An agent always serves secrets; Istio's is known by the version that it sends."""
    chain, key, root = (
        str(metadata.get(f"TLS_{side}_{name}", "")) for name in ("CERT_CHAIN", "KEY", "ROOT_CERT")
    )
    pair = tls.KeyPair(chain, key) if chain and key else None
    agent = any(metadata.get(key) for key in _AGENTS)
    return Identity(pair, root, agent and not (pair and root))


def context(identity: Identity, alpn: tuple[str, ...]) -> tls_pb2.CommonTlsContext:
    """Return TLS with the workload's certificate, and the mesh's authorities for the others."""
    if identity.pair is not None and not identity.agent:
        return tls.common([identity.pair], tls.Peer(identity.authorities), alpn)
    result = tls.common([], tls.NOBODY, alpn)
    tls.use_agent(result)
    return result
