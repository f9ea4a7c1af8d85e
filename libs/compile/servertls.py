"""How a server ends TLS: its certificates, whom it takes as clients, and what both speak."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2, tls_pb2

from libs.compile import credentials as creds
from libs.compile import identity
from libs.compile.credentials import Credentials
from libs.envoy import tls
from libs.kernel.origins import ObjectKey
from libs.meshapi.gateway import ServerTLS
from libs.meshapi.meshconfig.config import TLSDefaults

VERIFYING: Final = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})
MESH_MUTUAL: Final = "ISTIO_MUTUAL"
TERMINATING: Final = frozenset({"SIMPLE", MESH_MUTUAL, *VERIFYING})
HTTP_ALPN: Final = ("h2", "http/1.1")
MESH_ALPN: Final = ("istio-peer-exchange", "istio")
"""What sidecars offer for connections that nobody reads."""

KNOWN_CIPHERS: Final = frozenset(
    {
        "ECDHE-ECDSA-AES128-GCM-SHA256",
        "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384",
        "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305",
        "ECDHE-RSA-CHACHA20-POLY1305",
        "ECDHE-ECDSA-AES128-SHA",
        "ECDHE-RSA-AES128-SHA",
        "ECDHE-ECDSA-AES256-SHA",
        "ECDHE-RSA-AES256-SHA",
        "AES128-GCM-SHA256",
        "AES256-GCM-SHA384",
        "AES128-SHA",
        "AES256-SHA",
    }
)
"""Cipher suites that Envoy takes; it refuses a whole listener for any other."""


@dataclass(slots=True)
class Decryption:
    """The socket of a server with what it needs; a `fault` says why it cannot be served."""

    socket: base_pb2.TransportSocket | None = None
    secrets: list[secret_pb2.Secret] = field(default_factory=list)
    sources: set[ObjectKey] = field(default_factory=set)
    fault: str = ""
    unknown_ciphers: Sequence[str] = ()
    demanding: bool = False
    """whether every client has to show a certificate, though the mode leaves that open"""

    def secret(self, found: creds.Found) -> bool:
        """Take one secret; its fault is the fault of the whole."""
        if found.secret is None or found.source is None:
            self.fault = self.fault or found.fault
            return False
        self.secrets.append(found.secret)
        self.sources.add(found.source)
        return True


@dataclass(frozen=True, slots=True)
class Holder:
    """The proxy that ends TLS, as far as certificates are concerned."""

    namespace: str
    metadata: Mapping[str, Any]
    credentials: Credentials
    defaults: TLSDefaults | None = None


def decryption(written: ServerTLS, holder: Holder, alpn: Sequence[str]) -> Decryption:
    """Return how connections are decrypted. Certificates by name are Secrets of the namespace."""
    result = Decryption()
    context = tls.common([], tls.NOBODY, alpn)
    if written.mode == MESH_MUTUAL:
        own = identity.server_identity(holder.metadata)
        if not own.known:
            result.fault = (
                "the proxy has no certificate of the mesh; name its files in the metadata "
                "TLS_SERVER_CERT_CHAIN, TLS_SERVER_KEY and TLS_SERVER_ROOT_CERT"
            )
            return result
        context = identity.context(own, tuple(alpn))
    else:
        _certificates(context, written, holder, result)
        if written.mode in VERIFYING:
            _clients(context, written, holder, result)
    wanted = tuple(dict.fromkeys(written.cipher_suites))
    result.unknown_ciphers = [one for one in wanted if one not in KNOWN_CIPHERS]
    tls.limit(
        context,
        written.min_protocol_version,
        written.max_protocol_version,
        [one for one in wanted if one in KNOWN_CIPHERS],
    )
    if written.mode != MESH_MUTUAL:
        tls.prefer(context, *preferences(holder.defaults))
    strict = written.mode in ("MUTUAL", MESH_MUTUAL)
    result.socket = tls.accepting(context, client_certificate=strict)
    return result


def preferences(defaults: TLSDefaults | None) -> tuple[Sequence[str], Sequence[str]]:
    """Return the curves and those known cipher suites that a mesh wants by default."""
    if defaults is None:
        return (), ()
    wanted = dict.fromkeys(defaults.cipher_suites)
    return defaults.ecdh_curves, [one for one in wanted if one in KNOWN_CIPHERS]


def named(written: ServerTLS) -> Sequence[str]:
    """Return the Secrets that hold the server's certificates."""
    return written.credential_names or tuple(filter(None, (written.credential_name,)))


def _certificates(
    context: tls_pb2.CommonTlsContext, written: ServerTLS, holder: Holder, result: Decryption
) -> None:
    """Secrets count before files, and a list of files before the single pair."""
    for name in named(written):
        if result.secret(creds.certificate(holder.credentials, holder.namespace, name)):
            tls.present(context, [creds.secret_name(name)])
    if named(written):
        return
    several = [
        tls.KeyPair(one.server_certificate, one.private_key) for one in written.tls_certificates
    ]
    tls.add_pairs(
        context, several or [tls.KeyPair(written.server_certificate, written.private_key)]
    )


def _clients(
    context: tls_pb2.CommonTlsContext, written: ServerTLS, holder: Holder, result: Decryption
) -> None:
    """Authorities are those of `caCertCredentialName`, else of the certificate's own Secret.

    Envoy refuses clients without a certificate wherever it compares names or fingerprints.
    """
    peer = tls.Peer(
        _authorities_file(written),
        written.subject_alt_names,
        written.ca_crl,
        written.verify_certificate_hash,
        written.verify_certificate_spki,
        untrusted=written.insecure_skip_verify is True,
    )
    own = next(iter(named(written)), "")
    name = written.ca_cert_credential_name.removesuffix(creds.AUTHORITIES_SUFFIX) or own
    compared = peer.names or peer.hashes or peer.keys
    result.demanding = bool(compared) and written.mode != "MUTUAL" and not peer.untrusted
    if not name and (peer.untrusted or peer.authorities):
        tls.demand(context, peer)
    elif name:
        found = creds.authorities(holder.credentials, holder.namespace, name)
        if result.secret(found) and found.secret is not None:
            tls.verify(context, found.secret.name, peer)
    else:
        result.fault = result.fault or (
            f"TLS mode {written.mode} verifies nobody without `caCertificates`; write its file"
        )


def _authorities_file(written: ServerTLS) -> str:
    several = (one.ca_certificates for one in written.tls_certificates if one.ca_certificates)
    return written.ca_certificates or next(several, "")
