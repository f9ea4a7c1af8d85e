"""The mesh's mutual TLS at a server: the workload's certificate, and callers of trusted domains."""

from typing import Final

from protogen.envoy.config.core.v3 import base_pb2

from libs.compile import identity
from libs.compile.identity import Identity
from libs.compile.servertls import KNOWN_CIPHERS
from libs.envoy import tls
from libs.meshapi.fleet import MeshSettings

HTTP_ALPN: Final = ("h2", "http/1.1")
BYTES_ALPN: Final = ("istio-peer-exchange", *HTTP_ALPN)
_NEWEST: Final = "TLSV1_3"
_CIPHERS: Final = (
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "AES256-GCM-SHA384",
    "AES128-GCM-SHA256",
)
"""What Istio's sidecars take under TLS 1.2."""


def trust_domains(mesh: MeshSettings) -> tuple[str, ...]:
    """Return the mesh's own trust domain and those that count as it."""
    return tuple(dict.fromkeys((mesh.trust_domain, *mesh.trust_domain_aliases)))


def accepting(mesh: MeshSettings, own: Identity, *, http: bool) -> base_pb2.TransportSocket:
    """Return the socket of a sidecar's port, which insists on a certificate of the mesh."""
    context = identity.context(own, HTTP_ALPN if http else BYTES_ALPN)
    tls.expect_trust_domains(context, trust_domains(mesh))
    stated = mesh.mesh_mtls
    ciphers = stated.cipher_suites if stated and stated.cipher_suites else _CIPHERS
    oldest = stated.min_protocol_version if stated else ""
    tls.limit(context, oldest, _NEWEST, [one for one in ciphers if one in KNOWN_CIPHERS])
    if stated:
        tls.agree_on_curves(context, stated.ecdh_curves)
    return tls.accepting(context, client_certificate=True)
