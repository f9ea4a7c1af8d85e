"""Authorities from the Secret `cacerts`, and what is wrong with others."""

import pytest

from libs.fakes.clock import EPOCH_S
from libs.pki.authority import CERTIFICATE, CHAIN, KEY, ROOTS, authority_of, cacerts
from libs.pki.certificates import pem_of
from libs.pki.errors import PkiError
from libs.pki.issuing import Life, Names, issue, new_intermediate
from libs.pki.keys import key_pem, new_key
from libs.pki.requests import new_request, read_request
from libs.pki.tests.ladders import DAY_S, RNG, SHOP, a_root, a_workload, an_intermediate


def test_an_authority_is_read_as_it_was_written() -> None:
    """All four values together are the authority."""
    authority = an_intermediate(a_root())
    again = authority_of(cacerts(authority), EPOCH_S)
    assert (again.certificate, again.chain, again.roots) == (
        authority.certificate,
        authority.chain,
        authority.roots,
    )


def test_a_chain_may_hold_the_root_and_stand_in_any_order() -> None:
    """Istio's own tools write the root into the chain as well."""
    root = a_root()
    middle = an_intermediate(root)
    low = new_intermediate(middle, new_key(), "east", Life(EPOCH_S, DAY_S), RNG)
    values = cacerts(low)
    values[CHAIN] = pem_of([root.certificate, middle.certificate, low.certificate])
    assert authority_of(values, EPOCH_S).chain == (low.certificate, middle.certificate)


def test_a_root_may_sign_workloads_itself() -> None:
    """Its workloads show nothing but their own certificate."""
    root = authority_of(cacerts(a_root()), EPOCH_S)
    assert root.chain == ()
    assert a_workload(root).chain_pem.count(b"BEGIN CERTIFICATE") == 1


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (CERTIFICATE, "ca-key.pem is not the key of ca-cert.pem"),
        (KEY, "ca-key.pem is not the key of ca-cert.pem"),
        (ROOTS, "does not lead"),
    ],
)
def test_values_of_two_authorities_do_not_mix(name: str, said: str) -> None:
    """Each value has to fit the others."""
    mine, other = (cacerts(an_intermediate(a_root())) for _ in range(2))
    with pytest.raises(PkiError, match=said):
        authority_of(mine | {name: other[name]}, EPOCH_S)


def test_what_is_missing_expired_or_no_authority_is_said() -> None:
    """The message names the value, and has nothing of the key."""
    root = a_root()
    authority = an_intermediate(root, life_s=100)
    values = cacerts(authority)
    with pytest.raises(PkiError, match=r"cert-chain\.pem is missing"):
        authority_of({key: value for key, value in values.items() if key != CHAIN}, EPOCH_S)
    with pytest.raises(PkiError, match="expired"):
        authority_of(values, EPOCH_S + 100)
    key = new_key()
    leaf = a_workload(authority)
    with pytest.raises(PkiError, match="not the key") as caught:
        authority_of(
            values | {CERTIFICATE: leaf.chain_pem, KEY: key_pem(key)},
            EPOCH_S,
        )
    assert "PRIVATE" not in str(caught.value)


def test_a_certificate_that_may_not_sign_is_no_authority() -> None:
    """A workload's own certificate and key make no cluster's authority."""
    root, key = a_root(), new_key()
    request = read_request(new_request(key, SHOP))
    leaf = issue(root, request, Names(SHOP), Life(EPOCH_S, 60), RNG)
    values = cacerts(root) | {CERTIFICATE: leaf.chain_pem, KEY: key_pem(key)}
    with pytest.raises(PkiError, match="may not sign"):
        authority_of(values, EPOCH_S)


def test_a_key_is_not_shown_by_accident() -> None:
    """The representation of an authority, as a traceback may print it, has no key."""
    assert "key=" not in repr(a_root())
