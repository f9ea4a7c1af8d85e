"""TLS on both sides of a proxy: certificates in files that it can read, or discovered secrets."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2
from protogen.envoy.type.matcher.v3 import string_pb2

from libs.envoy.address import is_ip
from libs.envoy.anys import pack
from libs.envoy.configsource import agent, aggregated
from libs.envoy.wellknown import boolean

SOCKET_NAME: Final = "envoy.transport_sockets.tls"
SYSTEM_AUTHORITIES: Final = "/etc/ssl/certs/ca-certificates.crt"
"""Where the image of a proxy has the authorities that everybody trusts."""

SPIFFE: Final = "spiffe://"
"""How the identities of workloads begin."""

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
_ADDRESS_KINDS = (common_pb2.SubjectAltNameMatcher.IP_ADDRESS,)


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Files of a certificate and its key."""

    certificate: str
    key: str


@dataclass(frozen=True, slots=True)
class Peer:
    """What the other side must show: a certificate by `authorities`, for one of `names`.

    `authorities` and `revoked` are files. Without authorities nothing is verified; `untrusted`
    takes certificates of everybody. Envoy asks clients for one only where there are authorities.
    """

    authorities: str = ""
    names: Sequence[str] = ()
    revoked: str = ""
    hashes: Sequence[str] = ()
    keys: Sequence[str] = ()
    untrusted: bool = False


NOBODY: Final = Peer()


def common(pairs: Sequence[KeyPair], peer: Peer, alpn: Sequence[str]) -> tls_pb2.CommonTlsContext:
    """Return what both sides have."""
    context = _Context(alpn_protocols=alpn)
    add_pairs(context, pairs)
    if peer != NOBODY:
        demand(context, peer)
    return context


def add_pairs(context: tls_pb2.CommonTlsContext, pairs: Iterable[KeyPair]) -> None:
    """Show certificates that are in files."""
    for pair in pairs:
        context.tls_certificates.add(
            certificate_chain=base_pb2.DataSource(filename=pair.certificate),
            private_key=base_pb2.DataSource(filename=pair.key),
        )


def demand(context: tls_pb2.CommonTlsContext, peer: Peer) -> None:
    """Say what the other side must show."""
    context.validation_context.CopyFrom(_validation(peer, named=bool(peer.authorities)))


def present(context: tls_pb2.CommonTlsContext, secrets: Iterable[str]) -> None:
    """Show certificates that come as secrets of these names."""
    for name in secrets:
        context.tls_certificate_sds_secret_configs.add(name=name, sds_config=aggregated())


def verify(context: tls_pb2.CommonTlsContext, secret: str, peer: Peer) -> None:
    """Trust the authorities that come as the secret; `peer` says what else must hold."""
    combined = context.combined_validation_context
    combined.default_validation_context.CopyFrom(_validation(peer, named=True))
    combined.validation_context_sds_secret_config.name = secret
    combined.validation_context_sds_secret_config.sds_config.CopyFrom(aggregated())


def use_agent(context: tls_pb2.CommonTlsContext) -> None:
    """Take certificate and authorities from the agent beside the proxy, by Istio's names."""
    context.tls_certificate_sds_secret_configs.add(name="default", sds_config=agent())
    combined = context.combined_validation_context
    combined.default_validation_context.SetInParent()
    combined.validation_context_sds_secret_config.name = "ROOTCA"
    combined.validation_context_sds_secret_config.sds_config.CopyFrom(agent())


def expect_names(context: tls_pb2.CommonTlsContext, names: Iterable[str]) -> None:
    """Demand that the other side's certificate is for one of `names`; none means any."""
    combined = context.combined_validation_context.default_validation_context
    own = context.validation_context
    _name(combined if context.HasField("combined_validation_context") else own, names)


def expect_trust_domains(context: tls_pb2.CommonTlsContext, domains: Iterable[str]) -> None:
    """Demand that the other side's certificate is for somebody of one of the trust domains."""
    combined = context.combined_validation_context.default_validation_context
    own = context.validation_context
    target = combined if context.HasField("combined_validation_context") else own
    for domain in domains:
        matcher = string_pb2.StringMatcher(prefix=f"{SPIFFE}{domain}/")
        target.match_typed_subject_alt_names.add(
            san_type=common_pb2.SubjectAltNameMatcher.URI, matcher=matcher
        )


def agree_on_curves(context: tls_pb2.CommonTlsContext, curves: Iterable[str]) -> None:
    """Say which curves keys are agreed on with, the best first; none means Envoy's own."""
    context.tls_params.ecdh_curves.extend(curves)


def prefer(
    context: tls_pb2.CommonTlsContext, curves: Iterable[str], ciphers: Sequence[str]
) -> None:
    """Set curves, and cipher suites where none are set: what a mesh wants by default."""
    agree_on_curves(context, curves)
    if not context.tls_params.cipher_suites:
        context.tls_params.cipher_suites.extend(ciphers)
    if context.tls_params == common_pb2.TlsParameters():
        context.ClearField("tls_params")


def secrets_of(context: tls_pb2.CommonTlsContext) -> Iterator[str]:
    """Return the names of the secrets that a context waits for on the aggregated stream."""
    waiting = [*context.tls_certificate_sds_secret_configs]
    if context.HasField("combined_validation_context"):
        waiting.append(context.combined_validation_context.validation_context_sds_secret_config)
    return (one.name for one in waiting if one.sds_config.HasField("ads"))


def context_of(socket: base_pb2.TransportSocket) -> tls_pb2.CommonTlsContext | None:
    """Return what both sides have of a TLS socket; None for a socket without TLS."""
    for kind in (tls_pb2.DownstreamTlsContext, tls_pb2.UpstreamTlsContext):
        found = kind()
        if socket.typed_config.Unpack(found):
            return found.common_tls_context
    return None


def _validation(peer: Peer, *, named: bool) -> common_pb2.CertificateValidationContext:
    """Return what must hold; names count only where authorities vouch for them (`named`)."""
    result = common_pb2.CertificateValidationContext(
        verify_certificate_hash=peer.hashes, verify_certificate_spki=peer.keys
    )
    if peer.untrusted:
        result.trust_chain_verification = common_pb2.CertificateValidationContext.ACCEPT_UNTRUSTED
    if peer.authorities:
        result.trusted_ca.filename = peer.authorities
    if peer.untrusted:
        return result
    if peer.revoked:
        result.crl.filename = peer.revoked
    _name(result, peer.names if named else ())
    return result


def _name(context: common_pb2.CertificateValidationContext, names: Iterable[str]) -> None:
    for name in names:
        for kind in _ADDRESS_KINDS if is_ip(name) else _NAME_KINDS:
            matcher = string_pb2.StringMatcher(exact=name)
            context.match_typed_subject_alt_names.add(san_type=kind, matcher=matcher)


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
    """Return the socket of a server, which may insist on a certificate of the client.

    It then resumes no sessions: a session goes on for hours after the certificate has expired.
    """
    downstream = tls_pb2.DownstreamTlsContext(common_tls_context=context)
    downstream.require_client_certificate.CopyFrom(boolean(client_certificate))
    if client_certificate:
        downstream.disable_stateless_session_resumption = True
        downstream.disable_stateful_session_resumption = True
    return _socket(downstream)


def _socket(context: Message) -> base_pb2.TransportSocket:
    return base_pb2.TransportSocket(name=SOCKET_NAME, typed_config=pack(context))
