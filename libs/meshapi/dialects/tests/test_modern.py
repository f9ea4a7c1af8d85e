"""Kinds of today in an old spelling are written as today would."""

import pytest

from libs.meshapi.dialects.modern import modern
from libs.meshapi.dump import plain
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject

GATEWAY = """
apiVersion: networking.istio.io/v1alpha3
kind: Gateway
metadata: {{name: flask-gateway}}
spec:
  selector: {{istio: ingressgateway}}
  servers:
  - port: {{number: 443, name: https, protocol: HTTPS}}
    hosts: [flask.example1.com]
    tls: {tls}
"""
FILES = (
    "serverCertificate: /etc/istio/ingressgateway-certs/tls.crt, "
    "privateKey: /etc/istio/ingressgateway-certs/tls.key"
)
AUTHORITY = "caCertificates: /etc/istio/ingressgateway-ca-certs/ca-chain.cert.pem"


def gateway(tls: str) -> ParsedObject:
    """Read a Gateway with these TLS settings."""
    return parse_file("a.yaml", GATEWAY.format(tls=tls).encode()).objects[0]


def test_certificates_in_the_usual_files_become_the_secret_that_was_mounted() -> None:
    """The Secret keeps its name, and people are told where it has to be."""
    obj, (note,) = modern(gateway(f"{{mode: SIMPLE, {FILES}}}"))
    tls = plain(obj)["spec"]["servers"][0]["tls"]
    assert tls == {"mode": "SIMPLE", "credentialName": "istio-ingressgateway-certs"}
    assert "Secret `istio-ingressgateway-certs`" in note.text
    assert note.origin.line == 10


def test_the_authority_for_clients_becomes_a_secret_as_well() -> None:
    """MUTUAL keeps checking clients against the same certificates."""
    obj, _ = modern(gateway(f"{{mode: MUTUAL, {FILES}, {AUTHORITY}}}"))
    tls = plain(obj)["spec"]["servers"][0]["tls"]
    assert tls["caCertCredentialName"] == "istio-ingressgateway-ca-certs"
    assert "caCertificates" not in tls


@pytest.mark.parametrize(
    "tls",
    [
        "{mode: SIMPLE, serverCertificate: /srv/tls.crt, privateKey: /srv/tls.key}",
        f"{{mode: MUTUAL, {FILES}, caCertificates: /srv/ca.crt}}",
        "{mode: PASSTHROUGH}",
    ],
)
def test_files_elsewhere_stay_files(tls: str) -> None:
    """What no Secret is known for is not guessed; only the version becomes today's."""
    one = gateway(tls)
    obj, notes = modern(one)
    assert notes == ()
    assert obj == one.object.model_copy(update={"api_version": "networking.istio.io/v1"})
