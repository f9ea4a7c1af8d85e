"""How a server ends TLS."""

from pathlib import Path
from typing import Any

import pytest
from protogen.envoy.extensions.transport_sockets.tls.v3 import common_pb2, tls_pb2

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.compile.servertls import KNOWN_CIPHERS, Decryption, Holder, decryption
from libs.meshapi.gateway import ServerTLS
from libs.meshapi.meshconfig.config import TLSDefaults

FILES = {"serverCertificate": "/c", "privateKey": "/k"}


def _made(**written: Any) -> Decryption:
    tls = ServerTLS.model_validate(written, by_alias=True, by_name=False)
    return decryption(tls, Holder("edge", {}, {}), ("h2",))


def _context(found: Decryption) -> tls_pb2.DownstreamTlsContext:
    result = tls_pb2.DownstreamTlsContext()
    assert found.socket is not None
    assert found.socket.typed_config.Unpack(result)
    return result


@pytest.mark.parametrize(
    ("mode", "demanded", "verified"),
    [("SIMPLE", False, False), ("MUTUAL", True, True), ("OPTIONAL_MUTUAL", False, True)],
)
def test_the_mode_says_whether_clients_show_and_prove_who_they_are(
    mode: str,
    demanded: bool,  # noqa: FBT001 - a column of the table
    verified: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """An optional certificate is verified when it is shown."""
    built = _context(_made(mode=mode, caCertificates="/ca", **FILES))
    assert built.require_client_certificate.value is demanded
    assert built.common_tls_context.HasField("validation_context") is verified


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ({"mode": "MUTUAL", **FILES}, "`caCertificates`"),
        ({"mode": "SIMPLE", "credentialName": "lost"}, "edge/lost"),
        ({"mode": "MUTUAL", "caCertCredentialName": "lost", **FILES}, "edge/lost"),
        ({"mode": "ISTIO_MUTUAL"}, "TLS_SERVER_CERT_CHAIN"),
    ],
)
def test_a_server_that_cannot_be_served_says_why(written: dict[str, Any], said: str) -> None:
    """Half a server would let in whom nobody checked."""
    assert said in _made(**written).fault


def test_verification_may_be_left_out_on_purpose() -> None:
    """The client still has to show one, by anybody: Envoy asks where it has authorities."""
    written = {"caCertificates": "/ca", "subjectAltNames": ("a",)}
    built = _context(_made(mode="MUTUAL", insecureSkipVerify=True, **FILES, **written))
    assert built.require_client_certificate.value
    validation = built.common_tls_context.validation_context
    accepted = common_pb2.CertificateValidationContext.ACCEPT_UNTRUSTED
    assert validation.trust_chain_verification == accepted
    assert validation.trusted_ca.filename == "/ca"
    assert not validation.match_typed_subject_alt_names


@pytest.mark.parametrize(
    ("written", "demanding"),
    [
        ({}, False),
        ({"subjectAltNames": ("a",)}, True),
        ({"verifyCertificateHash": ("0" * 64,)}, True),
        ({"subjectAltNames": ("a",), "insecureSkipVerify": True}, False),
    ],
)
def test_what_is_compared_makes_an_optional_certificate_necessary(
    written: dict[str, Any],
    demanding: bool,  # noqa: FBT001 - a column of the table
) -> None:
    """Whoever wrote OPTIONAL_MUTUAL is told that Envoy refuses clients without a certificate."""
    assert _made(mode="OPTIONAL_MUTUAL", caCertificates="/ca", **FILES, **written).demanding is (
        demanding
    )


def test_suites_that_no_envoy_has_are_left_out_and_named() -> None:
    """Each is taken once."""
    suites = ("ECDHE-RSA-AES128-SHA", "NOBODYS-SUITE", "ECDHE-RSA-AES128-SHA")
    found = _made(mode="SIMPLE", cipherSuites=suites, **FILES)
    assert list(found.unknown_ciphers) == ["NOBODYS-SUITE"]
    parameters = _context(found).common_tls_context.tls_params
    assert list(parameters.cipher_suites) == ["ECDHE-RSA-AES128-SHA"]


def test_real_envoy_takes_every_suite_that_is_let_through(envoy: Path) -> None:
    """One that it does not know would cost the whole listener."""
    context = {
        "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext",
        "common_tls_context": {"tls_params": {"cipher_suites": sorted(KNOWN_CIPHERS)}},
    }
    cluster = {
        "name": "c",
        "type": "STATIC",
        "transport_socket": {"name": "envoy.transport_sockets.tls", "typed_config": context},
    }
    assert EnvoyBinary(envoy).refusal({"static_resources": {"clusters": [cluster]}}) is None


def test_curves_and_suites_of_the_mesh_count_where_a_server_names_none() -> None:
    """A server's own suites replace those of the mesh."""
    wanted = TLSDefaults(ecdh_curves=("P-256",), cipher_suites=("ECDHE-RSA-AES128-GCM-SHA256",))
    own = {"cipherSuites": ("ECDHE-RSA-AES256-GCM-SHA384",)}
    for written, suites in ({}, wanted.cipher_suites), (own, own["cipherSuites"]):
        tls = ServerTLS.model_validate(
            {"mode": "SIMPLE", **FILES, **written}, by_alias=True, by_name=False
        )
        found = decryption(tls, Holder("edge", {}, {}, wanted), ("h2",))
        params = _context(found).common_tls_context.tls_params
        assert tuple(params.cipher_suites) == suites
        assert list(params.ecdh_curves) == ["P-256"]
