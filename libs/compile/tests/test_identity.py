"""Where a proxy has its own certificate."""

from libs.compile.identity import client_identity, context, server_identity
from libs.envoy import tls

FILES = {"TLS_SERVER_CERT_CHAIN": "/c", "TLS_SERVER_KEY": "/k", "TLS_SERVER_ROOT_CERT": "/r"}


def test_files_that_the_node_names_are_the_identity_of_that_side() -> None:
    """The other side has none yet."""
    own = server_identity(FILES)
    assert own.known
    assert not client_identity(FILES).known
    built = context(own, ("istio",))
    assert built.tls_certificates[0].private_key.filename == "/k"
    assert built.validation_context.trusted_ca.filename == "/r"
    assert list(built.alpn_protocols) == ["istio"]


def test_the_agent_of_an_istio_proxy_serves_what_no_file_holds() -> None:
    """Its secrets are not ours to serve, so nothing of ours waits for them."""
    own = server_identity({"ISTIO_VERSION": "1.31.0"})
    assert own.known
    built = context(own, ())
    assert built.tls_certificate_sds_secret_configs[0].name == "default"
    waiting = built.combined_validation_context.validation_context_sds_secret_config
    assert waiting.name == "ROOTCA"
    assert waiting.sds_config.api_config_source.grpc_services[0].envoy_grpc.cluster_name
    assert not list(tls.secrets_of(built))


def test_without_files_and_agent_there_is_no_identity() -> None:
    """Half of the files is no identity either."""
    assert not server_identity({}).known
    assert not server_identity({"TLS_SERVER_CERT_CHAIN": "/c", "TLS_SERVER_KEY": "/k"}).known
