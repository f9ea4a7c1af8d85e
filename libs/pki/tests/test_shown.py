"""What was shown, as gRPC says it."""

from libs.pki.certificates import pem_of, read_certificates
from libs.pki.shown import shown_pem
from libs.pki.tests.ladders import a_root, a_workload, an_intermediate


def test_the_checked_certificate_comes_first_and_the_rest_after_it() -> None:
    """However the library lists them."""
    issued = a_workload(an_intermediate(a_root()))
    own = pem_of([issued.certificate])
    found = shown_pem({"x509_pem_cert": [own], "x509_pem_cert_chain": [issued.chain_pem]})
    assert read_certificates(found, "shown")[0] == issued.certificate
    assert set(read_certificates(found, "shown")) == {
        issued.certificate,
        *issued.authority.chain,
    }
    assert shown_pem({"x509_pem_cert": [own]}) == own
    assert shown_pem({}) == b""
