"""What a certificate says."""

import pytest

from libs.fakes.clock import EPOCH_S
from libs.pki.certificates import (
    CERTIFICATES_MAX,
    PEM_BYTES_MAX,
    facts,
    identity_of,
    pem_of,
    read_certificates,
)
from libs.pki.errors import PkiError
from libs.pki.tests.ladders import SHOP, a_root, a_workload, an_intermediate


def test_facts_of_a_certificate_are_readable() -> None:
    """Names, times and who signed it."""
    root = a_root("harbour")
    said = facts(a_workload(an_intermediate(root), 600).certificate)
    assert said.names == (str(SHOP),)
    assert said.issuer == "L=east,CN=Periplus intermediate authority of east,O=harbour"
    assert said.valid_until_s == EPOCH_S + 600
    assert not said.authority
    assert facts(root.certificate).authority


def test_only_a_certificate_of_one_workload_has_an_identity() -> None:
    """An authority names nobody."""
    with pytest.raises(PkiError, match="names 0 identities"):
        identity_of(a_root().certificate)


def test_texts_that_are_no_certificates_are_refused() -> None:
    """Also such as only cost time."""
    with pytest.raises(PkiError, match="roots holds no certificates"):
        read_certificates(b"nothing", "roots")
    with pytest.raises(PkiError, match="bytes"):
        read_certificates(b"x" * (PEM_BYTES_MAX + 1), "roots")
    many = pem_of([a_root().certificate]) * (CERTIFICATES_MAX + 1)
    with pytest.raises(PkiError, match="more than"):
        read_certificates(many, "roots")
