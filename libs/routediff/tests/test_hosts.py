"""Regions of hosts, against the virtual hosts that are found for single hosts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protogen.envoy.config.route.v3 import route_pb2

from libs.matchsets.expressions import exact
from libs.matchsets.partition import partition
from libs.routediff.hosts import language, regions
from libs.routediff.tests.views import host
from libs.routing.hosts import table
from libs.routing.outcome import UndecidedError

_DOMAINS = st.sampled_from(["a.x", "b.x", "*.x", "*.a.x", "*", "any.x", "*x", "c"])
_CONFIGS = st.lists(_DOMAINS, unique=True, max_size=5).map(
    lambda domains: route_pb2.RouteConfiguration(
        virtual_hosts=[host(domains=[one]) for one in domains]
    )
)
_HOSTS = st.sampled_from(["a.x", "b.x", "q.x", "q.a.x", "any.x", "c", "d", "zx"])


@given(_CONFIGS, _CONFIGS, _HOSTS)
def test_every_host_is_in_one_region_with_its_virtual_hosts(
    old: route_pb2.RouteConfiguration, new: route_pb2.RouteConfiguration, name: str
) -> None:
    """A host answers on both sides as the example of its region does."""
    holding = [
        one
        for one in regions(old, new)
        if _in(one.pattern, name) and not any(_in(other, name) for other in one.without)
    ]
    assert [(one.old, one.new) for one in holding] == [
        (table(old).answering(name), table(new).answering(name))
    ]


def _in(pattern: str, name: str) -> bool:
    return any(0 in part.inside for part in partition([language(pattern)], exact(name)))


def test_wildcards_at_both_ends_are_not_decided() -> None:
    """How they overlap is not looked into."""
    config = route_pb2.RouteConfiguration(virtual_hosts=[host(domains=["*.x", "a.*"])])
    with pytest.raises(UndecidedError):
        list(regions(config, config))
