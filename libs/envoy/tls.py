"""TLS on both sides of a proxy, with certificates in files that the proxy can read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2
from protogen.envoy.type.matcher.v3 import string_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import boolean

SOCKET_NAME: Final = "envoy.transport_sockets.tls"
SYSTEM_AUTHORITIES: Final = "/etc/ssl/certs/ca-certificates.crt"
"""Where the image of a proxy has the authorities that everybody trusts."""

_Context = tls_pb2.CommonTlsContext
_VERSIONS: Final = {
    "TLSV1_0": common_pb2.TlsParameters.TLSv1_0,
    "TLSV1_1": common_pb2.TlsParameters.TLSv1_1,
    "TLSV1_2": common_pb2.TlsParameters.TLSv1_2,
    "TLSV1_3": common_pb2.TlsParameters.TLSv1_3,
}
_NAME_KINDS = (
    common_pb2.SubjectAltNameMatcher.DNS,
    common_pb2.SubjectAltNameMatcher.URI,
)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Files of a certificate and its key."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Peer:
    """What the other side must show: a certificate by `authorities`, for one of `names`.

    `authorities` and `revoked` are files. Without authorities nothing is verified.
    """

    authorities: str = ""
    names: Sequence[str] = ()
    revoked: str = ""
    hashes: Sequence[str] = ()
    keys: Sequence[str] = ()


NOBODY: Final = Peer()


def common(pairs: Sequence[KeyPair], peer: Peer, alpn: Sequence[str]) -> tls_pb2.CommonTlsContext:
    """Return what both sides have."""
    context = _Context(alpn_protocols=alpn)
    for pair in pairs:
        context.tls_certificates.add(
            certificate_chain=base_pb2.DataSource(filename=pair.certificate),
            private_key=base_pb2.DataSource(filename=pair.key),
        )
    if peer != NOBODY:
        context.validation_context.CopyFrom(_validation(peer))
    return context


def _validation(peer: Peer) -> common_pb2.CertificateValidationContext:
    result = common_pb2.CertificateValidationContext(
        verify_certificate_hash=peer.hashes, verify_certificate_spki=peer.keys
    )
    if peer.authorities:
        result.trusted_ca.filename = peer.authorities
    if peer.revoked:
        result.crl.filename = peer.revoked
    for name in peer.names if peer.authorities else ():
        for kind in _NAME_KINDS:
            matcher = string_pb2.StringMatcher(exact=name)
            result.match_typed_subject_alt_names.add(san_type=kind, matcher=matcher)
    return result


def towards(context: tls_pb2.CommonTlsContext, server_name: str) -> base_pb2.TransportSocket:
    """Return the socket of a client; an empty server name sends none."""
    return _socket(tls_pb2.UpstreamTlsContext(common_tls_context=context, sni=server_name))


def limit(
    context: tls_pb2.CommonTlsContext, oldest: str, newest: str, ciphers: Sequence[str]
) -> None:
    """Set the versions that are spoken, by Istio's names; without an oldest one, TLS 1.2."""
    parameters = context.tls_params
    parameters.tls_minimum_protocol_version = _VERSIONS.get(
        oldest, common_pb2.TlsParameters.TLSv1_2
    )
    if newest in _VERSIONS:
        parameters.tls_maximum_protocol_version = _VERSIONS[newest]
    parameters.cipher_suites.extend(ciphers)


def accepting(
    context: tls_pb2.CommonTlsContext, *, client_certificate: bool
) -> base_pb2.TransportSocket:
    """Return the socket of a server, which may insist on a certificate of the client."""
    downstream = tls_pb2.DownstreamTlsContext(common_tls_context=context)
    downstream.require_client_certificate.CopyFrom(boolean(client_certificate))
    return _socket(downstream)


def _socket(context: Message) -> base_pb2.TransportSocket:
    return base_pb2.TransportSocket(name=SOCKET_NAME, typed_config=pack(context))
