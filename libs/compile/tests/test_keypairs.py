"""Whether a private key belongs to a certificate."""

import pytest

from libs.compile.keypairs import pair_fault
from libs.compile.tests.pairs import pair

CHAIN, KEY = pair("a")
OTHER_CHAIN, OTHER_KEY = pair("b")
_BROKEN = "-----BEGIN {0}-----\nplanted\n-----END {0}-----\n"


def test_a_key_fits_the_first_certificate_of_its_chain() -> None:
    """What follows vouches for it and has keys of its own."""
    assert pair_fault(CHAIN.encode(), KEY.encode()) == ""
    assert pair_fault((CHAIN + OTHER_CHAIN).encode(), KEY.encode()) == ""


@pytest.mark.parametrize(
    ("chain", "key", "said"),
    [
        pytest.param(CHAIN, OTHER_KEY, "not the one of its certificate", id="another's key"),
        pytest.param(OTHER_CHAIN + CHAIN, KEY, "not the one", id="its certificate is not first"),
        pytest.param("planted", KEY, "no certificate and key in PEM", id="no certificate"),
        pytest.param(CHAIN, "planted", "no certificate and key in PEM", id="no key"),
        pytest.param(_BROKEN.format("CERTIFICATE"), KEY, "a certificate that cannot", id="broken"),
        pytest.param(CHAIN, _BROKEN.format("PRIVATE KEY"), "a key that cannot", id="broken key"),
    ],
)
def test_a_pair_that_envoy_would_refuse_has_a_fault_without_its_values(
    chain: str, key: str, said: str
) -> None:
    """The sentence says what to look at."""
    fault = pair_fault(chain.encode(), key.encode())
    assert said in fault
    assert "planted" not in fault
