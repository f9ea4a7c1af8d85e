"""Which virtual host answers."""

import pytest
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.routing import hosts
from libs.routing.outcome import FailedError, Failure, UndecidedError

_DOMAINS = ("*", "*.example.com", "*.a.example.com", "a.*", "a.example.com", "Upper.Example")


def _config(*, ignore_port: bool = False) -> route_pb2.RouteConfiguration:
    found = [rc.VirtualHost(name=one, domains=[one]) for one in _DOMAINS]
    return route_pb2.RouteConfiguration(
        virtual_hosts=found, ignore_port_in_host_matching=ignore_port
    )


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("a.example.com", "a.example.com"),
        ("A.Example.COM", "a.example.com"),
        ("upper.example", "Upper.Example"),
        ("b.example.com", "*.example.com"),
        ("b.a.example.com", "*.a.example.com"),
        ("a.other", "a.*"),
        ("a.", "*"),
        (".example.com", "*"),
        ("else", "*"),
        ("a.example.com:80", "a.*"),
    ],
)
def test_the_most_specific_domain_wins(host: str, domain: str) -> None:
    """The name itself, then the longest wildcard in front, then at the end, then all."""
    assert hosts.find(_config(), host).name == domain


def test_the_port_counts_unless_it_is_to_be_ignored() -> None:
    """A configuration may ask to leave the port of a host out."""
    config = _config(ignore_port=True)
    assert hosts.find(config, "a.example.com:80").name == "a.example.com"


def test_a_host_that_nobody_has_fails_unless_it_may_come_on_demand() -> None:
    """Without a virtual host there is no answer; with discovery of those nobody can say."""
    config = route_pb2.RouteConfiguration()
    with pytest.raises(FailedError) as failed:
        hosts.find(config, "a")
    assert failed.value.failure is Failure.NO_VIRTUAL_HOST
    config.vhds.SetInParent()
    with pytest.raises(UndecidedError, match="vhds"):
        hosts.find(config, "a")


@pytest.mark.parametrize(
    ("host", "bare"), [("a:80", "a"), ("a", "a"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]")]
)
def test_a_port_is_cut_off(host: str, bare: str) -> None:
    """The colons of an IPv6 address stay."""
    assert hosts.without_port(host) == bare
