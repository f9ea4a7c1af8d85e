"""Addresses for services without one."""

from ipaddress import ip_address, ip_network

from hypothesis import given
from hypothesis import strategies as st

from libs.registry.allocation import allocated

NETWORK = ip_network("240.240.0.0/16")
HOSTS = st.sets(st.from_regex(r"[a-z]{1,8}\.example", fullmatch=True), max_size=50)


@given(HOSTS)
def test_every_host_has_an_address_of_its_own(hosts: set[str]) -> None:
    """All of them lie in the one network, and none is its first or last."""
    found = allocated(hosts)
    assert set(found) == hosts
    assert len(set(found.values())) == len(hosts)
    assert all(ip_address(one) in NETWORK for one in found.values())
    assert not {"240.240.0.0", "240.240.255.255"} & set(found.values())


def test_an_address_depends_on_its_name_alone() -> None:
    """Other hosts come and go without moving it, and so does the order."""
    alone = allocated(["a.example"])["a.example"]
    others = [f"h{number}.example" for number in range(200)]
    assert allocated([*others, "a.example"])["a.example"] == alone
    assert allocated(["a.example", *reversed(others)])["a.example"] == alone


def test_more_hosts_than_addresses_leave_some_without() -> None:
    """The network is full then."""
    assert len(allocated(str(number) for number in range(70_000))) == 2**16 - 2
