"""TLS, warm-up and introductions towards endpoints."""

import pytest
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster
from protogen.envoy.extensions.transport_sockets.proxy_protocol.v3 import (
    upstream_proxy_protocol_pb2,
)
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.compile import upstreams
from libs.envoy import cluster, tls
from libs.envoy.cluster import LoadBalancing
from libs.meshapi.trafficpolicy import ClientTLS, ProxyProtocol, TrafficPolicy
from libs.registry.service import Protocol, ServicePort


def _built(policy: TrafficPolicy, protocol: Protocol = Protocol.HTTP) -> Cluster:
    built = cluster.by_discovery("c", LoadBalancing.LEAST_REQUEST, http2=protocol.is_http2)
    upstreams.apply(built, policy, ServicePort("p", 443, protocol, 443))
    return built


def _tls(written: ClientTLS, protocol: Protocol = Protocol.HTTP) -> tls_pb2.UpstreamTlsContext:
    context = tls_pb2.UpstreamTlsContext()
    found = _built(TrafficPolicy(tls=written), protocol).transport_socket
    assert found.typed_config.Unpack(context)
    return context


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(ClientTLS(mode="SIMPLE"), tls.SYSTEM_AUTHORITIES, id="the system's"),
        pytest.param(ClientTLS(mode="SIMPLE", ca_certificates="/ca"), "/ca", id="as written"),
        pytest.param(ClientTLS(mode="SIMPLE", insecure_skip_verify=True), "", id="none"),
    ],
)
def test_endpoints_are_verified_unless_a_rule_says_otherwise(
    written: ClientTLS, expected: str
) -> None:
    """Without a file the authorities of the system are trusted."""
    context = _tls(written).common_tls_context.validation_context
    assert context.trusted_ca.filename == expected


def test_without_a_server_name_that_of_the_request_is_sent_and_verified() -> None:
    """A written name is sent as it is."""
    options = cluster.http_options(_built(TrafficPolicy(tls=ClientTLS(mode="SIMPLE"))))
    assert options.upstream_http_protocol_options.auto_sni
    assert options.upstream_http_protocol_options.auto_san_validation
    assert _tls(ClientTLS(mode="SIMPLE", sni="a.example")).sni == "a.example"


def test_a_mutual_rule_shows_the_proxys_certificate() -> None:
    """A simple one shows none, whatever files it names."""
    simple = ClientTLS(mode="SIMPLE", client_certificate="/c", private_key="/k")
    written = simple.model_copy(update={"mode": "MUTUAL"})
    mutual = _tls(written).common_tls_context.tls_certificates
    assert [one.private_key.filename for one in mutual] == ["/k"]
    assert not _tls(simple).common_tls_context.tls_certificates


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [(Protocol.HTTP, ["http/1.1"]), (Protocol.GRPC, ["h2"]), (Protocol.TCP, [])],
)
def test_the_protocol_inside_is_offered(protocol: Protocol, expected: list[str]) -> None:
    """Bytes that nobody reads offer nothing."""
    context = _tls(ClientTLS(mode="SIMPLE"), protocol)
    assert list(context.common_tls_context.alpn_protocols) == expected


def test_an_introduction_stands_before_the_encryption() -> None:
    """The header of the PROXY protocol is outside of TLS, or before plain bytes."""
    names = []
    for written in (None, ClientTLS(mode="SIMPLE")):
        built = _built(TrafficPolicy(tls=written, proxy_protocol=ProxyProtocol()))
        wrapped = upstream_proxy_protocol_pb2.ProxyProtocolUpstreamTransport()
        assert built.transport_socket.typed_config.Unpack(wrapped)
        names.append(wrapped.transport_socket.name)
    assert names == ["envoy.transport_sockets.raw_buffer", tls.SOCKET_NAME]
