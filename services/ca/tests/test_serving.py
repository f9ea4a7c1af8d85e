"""The certificate that the authority shows for itself."""

from pathlib import Path

import pytest

from libs.fakes.clock import FakeClock
from libs.kernel.looperrors import StalledError
from libs.pki.certificates import facts, read_certificates
from services.ca.authorities import Authorities
from services.ca.serving import ServerNames, ServingIdentity
from services.ca.tests.harbour import RNG, a_root, write_authority

NAMES = ServerNames("cluster.local", ["ca.example"], ["127.0.0.1"])


def test_it_has_the_names_of_the_server_and_trusts_the_roots_of_all_clusters(
    tmp_path: Path,
) -> None:
    """Renewed at half its life, or at once when authorities have changed."""
    clock = FakeClock()
    write_authority(tmp_path, "east", a_root())
    write_authority(tmp_path, "west", a_root())
    authorities = Authorities(tmp_path, clock)
    authorities.refresh()
    serving = ServingIdentity(authorities, NAMES, "east", 1000, clock, RNG)
    with pytest.raises(StalledError):
        serving.current()
    serving.renew(at_once=False)
    first = serving.current()
    names = facts(read_certificates(first.chain_pem, "shown")[0]).names
    assert {"ca.example", "127.0.0.1"} < set(names)
    assert len(read_certificates(first.roots_pem, "roots")) == 2
    clock.advance(400)
    serving.renew(at_once=False)
    assert serving.current() is first
    clock.advance(200)
    serving.renew(at_once=False)
    second = serving.current()
    assert second.key_pem != first.key_pem
    serving.renew(at_once=True)
    assert serving.current() is not second


def test_a_cluster_without_an_authority_cannot_vouch(tmp_path: Path) -> None:
    """The sentence names the setting."""
    clock = FakeClock()
    write_authority(tmp_path, "east", a_root())
    authorities = Authorities(tmp_path, clock)
    authorities.refresh()
    with pytest.raises(StalledError, match="DEFAULT_CLUSTER"):
        ServingIdentity(authorities, NAMES, "west", 1000, clock, RNG).renew(at_once=True)
