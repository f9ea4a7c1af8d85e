"""TLS towards endpoints, as DestinationRules write it: the rule's own, or the mesh's."""

from collections.abc import Iterator, Sequence
from typing import Final

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2, tls_pb2
from protogen.envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2 as options_pb2

from libs.compile import automtls, identity
from libs.compile import credentials as creds
from libs.compile.meshtls import trust_domains
from libs.compile.proxy import ProxyType
from libs.compile.servertls import preferences
from libs.compile.target import Outbound, looks_up
from libs.compile.view import View
from libs.envoy import cluster, dynamicdns, names, tls
from libs.kernel import xds
from libs.meshapi.trafficpolicy import ClientTLS

MESH_MUTUAL: Final = "ISTIO_MUTUAL"
MESH_BYTES = ("istio",)
MESH_HTTP1 = ("istio-http/1.1", "istio")
MESH_HTTP2 = ("istio-h2", "istio", "h2")
"""What is offered under the mesh's TLS, by which its servers tell requests from other bytes."""


def apply(view: View, built: cluster_pb2.Cluster, one: Outbound) -> None:
    """Encrypt connections to a cluster as its policy says, if it does.

    Names that the policy does not write are those of the service.
    """
    written = one.traffic.tls
    if written is None and automtls.applies(view, one):
        _automatic(view, built, one)
    if written is None or written.mode == "DISABLE":
        return
    if not written.subject_alt_names and one.service.names:
        written = written.model_copy(update={"subject_alt_names": one.service.names})
    if written.mode == MESH_MUTUAL:
        _mesh(view, built, one, written)
        return
    context = _context(view, one, written, _alpn(built, one))
    tls.prefer(context, *preferences(view.world.settings.tls_defaults))
    built.transport_socket.CopyFrom(tls.towards(context, written.sni))
    if not written.sni and one.port.protocol.is_http:
        _name_by_request(built, written, verified=_verifies(view, written))
    if looks_up(one) and not _verifies_by_request(built):
        dynamicdns.leave_unverified(built)


def _name_by_request(built: cluster_pb2.Cluster, written: ClientTLS, *, verified: bool) -> None:
    """Without a server name, the one that the request is for is sent and verified."""
    options = cluster.http_options(built)
    named = options.upstream_http_protocol_options
    named.auto_sni = True
    named.auto_san_validation = verified and not written.subject_alt_names
    cluster.set_http_options(built, options)


def _verifies_by_request(built: cluster_pb2.Cluster) -> bool:
    named = cluster.http_options(built).upstream_http_protocol_options
    return named.auto_sni and named.auto_san_validation


def _verifies(view: View, written: ClientTLS) -> bool:
    """Say whether servers' certificates are verified, as the rule says or else the mesh."""
    if written.insecure_skip_verify is not None or written.ca_certificates:
        return written.insecure_skip_verify is not True
    return view.world.settings.verify_certificate_at_client is not False


def _context(
    view: View, one: Outbound, written: ClientTLS, alpn: Sequence[str]
) -> tls_pb2.CommonTlsContext:
    """Return the rule's own certificates: Secrets by name, else files."""
    verified = _verifies(view, written)
    if credential_of(view, one):
        return _by_name(view, one, written, alpn)
    trusted = written.ca_certificates or tls.SYSTEM_AUTHORITIES
    peer = tls.Peer(trusted, written.subject_alt_names, written.ca_crl) if verified else tls.NOBODY
    pairs = []
    if written.mode == "MUTUAL":
        pairs = [tls.KeyPair(written.client_certificate, written.private_key)]
    return tls.common(pairs, peer, alpn)


def _by_name(
    view: View, one: Outbound, written: ClientTLS, alpn: Sequence[str]
) -> tls_pb2.CommonTlsContext:
    """Name the secrets that are there; what is not is said, and the calls fail."""
    found = _secrets(view, one, written)
    for each in found:
        if each.secret is None:
            view.ledger.problem(
                f"{one.service.origin}: TLS to `{one.name}` by credentialName: {each.fault}"
            )
    context = tls.common([], tls.NOBODY, alpn)
    served = {each.secret.name for each in found if each.secret is not None}
    if written.mode == "MUTUAL":
        tls.present(context, served & {creds.secret_name(written.credential_name)})
    authorities = creds.secret_name(written.credential_name + creds.AUTHORITIES_SUFFIX)
    if written.insecure_skip_verify is True:
        return context
    if authorities in served:
        tls.verify(context, authorities, tls.Peer(names=written.subject_alt_names))
    else:
        tls.demand(context, tls.Peer(tls.SYSTEM_AUTHORITIES, written.subject_alt_names))
    return context


def credential_of(view: View, one: Outbound) -> str:
    """Return the Secret that a cluster's TLS names, where it counts; empty elsewhere.

    At sidecars it counts only in rules for selected workloads, as Istio has it.
    """
    written = one.traffic.tls
    if written is None or written.mode not in ("SIMPLE", "MUTUAL"):
        return ""
    selected = one.policy is not None and one.policy.selector is not None
    counts = view.proxy.type is ProxyType.ROUTER or selected
    return written.credential_name if counts else ""


def secrets_of(view: View, one: Outbound) -> Iterator[secret_pb2.Secret]:
    """Yield the secrets that a cluster's TLS waits for."""
    written = one.traffic.tls
    if written is not None and credential_of(view, one):
        for each in _secrets(view, one, written):
            if each.secret is not None:
                view.ledger.credit(xds.SECRET, each.secret.name, each.source)
                yield each.secret


def _secrets(view: View, one: Outbound, written: ClientTLS) -> list[creds.Found]:
    """Look for the client's certificate under MUTUAL, and for authorities unless none count."""
    known = creds.for_account(view.world.credentials, view.proxy.service_account)
    where = view.proxy.namespace
    name = credential_of(view, one)
    found = [creds.certificate(known, where, name)] if written.mode == "MUTUAL" else []
    if written.insecure_skip_verify is not True:
        found.append(creds.authorities(known, where, name))
    return found


def _mesh(view: View, built: cluster_pb2.Cluster, one: Outbound, written: ClientTLS) -> None:
    """Speak the mesh's mutual TLS: the server is one of the service's accounts."""
    own = identity.client_identity(view.proxy.metadata)
    if not own.known:
        view.ledger.problem(
            f"{one.service.origin}: TLS mode {MESH_MUTUAL} to `{one.name}` needs the proxy's "
            "certificate; name its files in the metadata TLS_CLIENT_CERT_CHAIN, TLS_CLIENT_KEY "
            "and TLS_CLIENT_ROOT_CERT; its calls go without TLS"
        )
        return
    built.transport_socket.CopyFrom(_member(view, built, one, written))


def _member(
    view: View, built: cluster_pb2.Cluster, one: Outbound, written: ClientTLS
) -> base_pb2.TransportSocket:
    """Return the mesh's TLS towards the service: which name is asked for, and who may answer."""
    spoken = _alpn(built, one)
    offered = MESH_BYTES if len(spoken) != 1 else MESH_HTTP2 if "h2" in spoken else MESH_HTTP1
    context = identity.context(identity.client_identity(view.proxy.metadata), offered)
    tls.expect_names(context, written.subject_alt_names or _accounts(view, one))
    subset = one.name.split("|")[2]
    name = names.crossing_cluster(one.service.hostname, one.port.number, subset)
    return tls.towards(context, written.sni or name)


def _automatic(view: View, built: cluster_pb2.Cluster, one: Outbound) -> None:
    """Speak the mesh's TLS to endpoints that do, and plainly to the others."""
    socket = _member(
        view, built, one, ClientTLS(mode=MESH_MUTUAL, subject_alt_names=one.service.names)
    )
    if built.type == cluster_pb2.Cluster.ORIGINAL_DST:
        built.transport_socket.CopyFrom(socket)
    else:
        automtls.by_endpoint(built, socket)


def _accounts(view: View, one: Outbound) -> list[str]:
    """Return the identities that the service's workloads may have; none where one is not known."""
    members = view.world.registry.endpoints.get(one.service.hostname, ())
    if not all(each.service_account for each in members):
        return []
    return sorted(
        f"{tls.SPIFFE}{domain}/ns/{namespace}/sa/{account}"
        for domain in trust_domains(view.world.settings)
        for namespace, account in {(each.namespace, each.service_account) for each in members}
    )


def _alpn(built: cluster_pb2.Cluster, one: Outbound) -> list[str]:
    if not one.port.protocol.is_http:
        return []
    options: options_pb2.HttpProtocolOptions = cluster.http_options(built)
    if options.HasField("use_downstream_protocol_config"):
        return ["h2", "http/1.1"]
    return (
        ["h2"] if options.explicit_http_config.HasField("http2_protocol_options") else ["http/1.1"]
    )
