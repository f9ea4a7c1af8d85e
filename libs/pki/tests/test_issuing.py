"""What is signed, asked of openssl, which knows nothing of us."""

import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from libs.fakes.clock import EPOCH_S
from libs.pki.authority import Authority
from libs.pki.certificates import identity_of, pem_of
from libs.pki.errors import PkiError
from libs.pki.issuing import CLOCK_SKEW_S, Life, Names, issue, new_intermediate
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId
from libs.pki.tests.ladders import DAY_S, RNG, SHOP, a_root, a_workload, an_intermediate


def _verified(folder: Path, shown: bytes, roots: Authority, at_s: float, purpose: str) -> str:
    """Ask openssl; return what it says against the chain, empty when it takes it."""
    (folder / "shown.pem").write_bytes(shown)
    (folder / "roots.pem").write_bytes(pem_of(roots.roots))
    command = ["openssl", "verify", "-x509_strict", "-purpose", purpose]
    command += ["-attime", str(int(at_s)), "-CAfile", str(folder / "roots.pem")]
    command += ["-untrusted", str(folder / "shown.pem"), str(folder / "shown.pem")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_a_workload_is_trusted_as_client_and_server_through_its_intermediate(
    tmp_path: Path,
) -> None:
    """What it shows leads to the root, strictly by the rules."""
    root = a_root()
    issued = a_workload(an_intermediate(root))
    for purpose in ("sslclient", "sslserver"):
        assert _verified(tmp_path, issued.chain_pem, root, EPOCH_S + 10, purpose) == ""
    assert identity_of(issued.certificate) == SHOP


def test_another_root_and_another_time_are_refused(tmp_path: Path) -> None:
    """A name that is the same makes no root the same; an expired certificate is none."""
    root, other = a_root(), a_root()
    issued = a_workload(an_intermediate(root), 3600)
    assert _verified(tmp_path, issued.chain_pem, other, EPOCH_S + 10, "sslclient")
    assert "expired" in _verified(tmp_path, issued.chain_pem, root, EPOCH_S + 3700, "sslclient")


def test_an_intermediate_cannot_make_further_authorities(tmp_path: Path) -> None:
    """Whoever steals the key of one cluster cannot hide behind a new authority."""
    root = a_root()
    first = an_intermediate(root)
    second = new_intermediate(first, new_key(), "hidden", Life(EPOCH_S, DAY_S), RNG)
    shown = a_workload(second).chain_pem
    assert "path length" in _verified(tmp_path, shown, root, EPOCH_S + 10, "sslclient")


def test_nothing_outlives_its_authority() -> None:
    """A life that is too long is cut; an authority that has expired signs nothing."""
    root = a_root()
    authority = an_intermediate(root, life_s=1000)
    assert a_workload(authority, 5000).valid_until_s == EPOCH_S + 1000
    assert an_intermediate(root, 99 * DAY_S).valid_until_s == EPOCH_S + 10 * DAY_S
    request = read_request(new_request(new_key(), SHOP))
    with pytest.raises(PkiError, match="expired"):
        issue(authority, request, Names(SHOP), Life(EPOCH_S + 1000, 60), RNG)


def test_a_certificate_counts_from_a_little_before_now() -> None:
    """A host whose clock is late takes it at once."""
    made = a_workload(an_intermediate(a_root())).certificate
    assert made.not_valid_before_utc.timestamp() == EPOCH_S - CLOCK_SKEW_S


def test_names_of_the_request_do_not_count() -> None:
    """The certificate has the names that the caller may have, and both purposes."""
    wanted = SpiffeId("cluster.local", "kube-system", "admin")
    request = read_request(new_request(new_key(), wanted))
    made = issue(a_root(), request, Names(SHOP), Life(EPOCH_S, 60), RNG).certificate
    assert identity_of(made) == SHOP
    purposes = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert set(purposes) == {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}


def test_servers_have_further_names() -> None:
    """DNS names and addresses stand beside the identity; an unusable one is named."""
    request = read_request(new_request(new_key(), SHOP))
    names = Names(SHOP, ["periplus.istio-system.svc"], ["127.0.0.1", "::1"])
    made = issue(a_root(), request, names, Life(EPOCH_S, 60), RNG).certificate
    found = made.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert found.get_values_for_type(x509.DNSName) == ["periplus.istio-system.svc"]
    assert [str(one) for one in found.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    with pytest.raises(PkiError, match="name of the certificate"):
        issue(a_root(), request, Names(SHOP, (), ["nowhere"]), Life(EPOCH_S, 60), RNG)
