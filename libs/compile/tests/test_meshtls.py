"""The mesh's TLS at a server. Who gets in is held by tables in tests/e2e."""

from protogen.envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2

from libs.compile import identity, meshtls
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshconfig.config import TLSDefaults


def _made(mesh: MeshSettings, *, http: bool = True) -> tls_pb2.DownstreamTlsContext:
    own = identity.server_identity({"ISTIO_VERSION": "1.28.0"})
    found = tls_pb2.DownstreamTlsContext()
    assert meshtls.accepting(mesh, own, http=http).typed_config.Unpack(found)
    return found


def test_callers_are_of_the_meshs_trust_domain_or_of_an_alias() -> None:
    """Another domain under the same root is not the mesh."""
    context = _made(MeshSettings(trust_domain="a.example", trust_domain_aliases=("b.example",)))
    combined = context.common_tls_context.combined_validation_context
    names = combined.default_validation_context.match_typed_subject_alt_names
    assert [one.matcher.prefix for one in names] == ["spiffe://a.example/", "spiffe://b.example/"]
    assert context.require_client_certificate.value


def test_versions_and_ciphers_are_the_meshs() -> None:
    """A cipher that Envoy does not know would make it refuse the listener."""
    stated = TLSDefaults(
        min_protocol_version="TLSV1_3", cipher_suites=("AES128-SHA", "none"), ecdh_curves=("P-256",)
    )
    parameters = _made(MeshSettings(mesh_mtls=stated)).common_tls_context.tls_params
    assert parameters.tls_minimum_protocol_version == common_pb2.TlsParameters.TLSv1_3
    assert list(parameters.cipher_suites) == ["AES128-SHA"]
    assert list(parameters.ecdh_curves) == ["P-256"]


def test_only_servers_of_bytes_exchange_facts_about_peers() -> None:
    """As the names of protocols say."""
    for http in (True, False):
        offered = _made(MeshSettings(), http=http).common_tls_context.alpn_protocols
        assert ("istio-peer-exchange" in offered) != http
