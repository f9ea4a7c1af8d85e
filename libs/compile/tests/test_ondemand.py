"""Views cut for delivery on demand, and who gets such views."""

import pytest
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.ondemand import HOSTS_MIN, OPTION, Pieces, hosts_min, on_demand
from libs.compile.proxy import Proxy, ProxyType, proxy_class
from libs.compile.world import World, build_world
from libs.envoy import hcm, listener, route
from libs.envoy.address import socket
from libs.envoy.hcm import Side
from libs.envoy.snapshot import resource, snapshot_of
from libs.kernel.ids import ClusterName, ResourceName
from libs.kernel.xds import LISTENER, ROUTE, VIRTUAL_HOST, Snapshot
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.proxy import ProxySettings


def world(option: str = "") -> World:
    """Make a mesh with the option, or without it."""
    config = ProxySettings(proxy_metadata={OPTION: option} if option else {})
    return build_world((), ClusterName("default"), MeshConfig(default_config=config))


@pytest.mark.parametrize(
    ("mesh", "node", "kind", "least"),
    [
        ("", "", ProxyType.SIDECAR, None),
        ("true", "", ProxyType.SIDECAR, HOSTS_MIN),
        ("7", "", ProxyType.SIDECAR, 7),
        ("true", "false", ProxyType.SIDECAR, None),
        ("", "true", ProxyType.SIDECAR, HOSTS_MIN),
        ("", "3", ProxyType.SIDECAR, 3),
        ("true", "true", ProxyType.ROUTER, None),
        ("true", "", ProxyType.GRPC, None),
        ("maybe", "", ProxyType.SIDECAR, None),
    ],
)
def test_a_node_overrules_its_mesh(
    mesh: str, node: str, kind: ProxyType, least: int | None
) -> None:
    """It is off by default, for a mesh or for one proxy, and only sidecars have it."""
    proxy = Proxy(kind, "default", metadata={"ON_DEMAND": node} if node else {})
    assert hosts_min(proxy, world(mesh)) == least


def test_proxies_that_want_hosts_on_demand_are_a_class_of_their_own() -> None:
    """Two proxies that differ in the delivery get different resources."""
    mesh = world()
    plain = Proxy(ProxyType.SIDECAR, "default")
    asking = Proxy(ProxyType.SIDECAR, "default", metadata={"ON_DEMAND": "true"})
    assert proxy_class(plain, mesh) != proxy_class(asking, mesh)


def view(timeout_s: int = 1, *, ignore_port: bool = False) -> Snapshot:
    """Make a view with two hosts on port 80 and one on port 81."""
    table = route.configuration("80", [_host("a", timeout_s), _host("b")], ignore_port=ignore_port)
    small = route.configuration("81", [_host("c")])
    listeners = [_listener(name) for name in ("80", "81")]
    named = [(ROUTE, one.name, one) for one in (table, small)]
    return snapshot_of(
        resource(kind, ResourceName(name), one)
        for kind, name, one in [*named, *((LISTENER, one.name, one) for one in listeners)]
    )


def _host(name: str, timeout_s: int = 1) -> rc.VirtualHost:
    one = route.default_route(f"cluster-{name}")
    one.route.timeout.seconds = timeout_s
    return route.virtual_host(name, [f"{name}.Example", f"*.{name}"], [one])


def _listener(name: str) -> listener_pb2.Listener:
    manager = hcm.network_filter(hcm.by_name("stat", name, Side.OUTBOUND))
    return listener.intercepting(
        f"l{name}",
        socket("127.0.0.1", int(name)),
        [listener.chain([manager])],
        listener.OUTBOUND,
        hand_off=False,
    )


def test_a_large_configuration_is_cut_into_its_hosts() -> None:
    """Its resource keeps what is not a host; each host has its domains beside its body."""
    cut = on_demand(view(), 2, Pieces())
    frame = route_pb2.RouteConfiguration.FromString(cut.of(ROUTE)[ResourceName("80")].body)
    assert not frame.virtual_hosts
    assert frame.vhds.config_source.HasField("ads")
    hosts = cut.of(VIRTUAL_HOST)
    assert {name: one.aliases for name, one in hosts.items()} == {
        "80/a": ("a.example", "*.a"),
        "80/b": ("b.example", "*.b"),
    }
    body = rc.VirtualHost.FromString(hosts[ResourceName("80/a")].body)
    assert body.name == ""
    assert not body.domains
    assert body.routes[0].route.cluster == "cluster-a"
    assert body.routes[0].route.HasField("idle_timeout")


def test_a_small_configuration_stays_whole() -> None:
    """Below the limit routes and listener are as they were."""
    before, cut = view(), on_demand(view(), 2, Pieces())
    for kind, name in ((ROUTE, "81"), (LISTENER, "l81")):
        assert cut.of(kind)[ResourceName(name)] == before.of(kind)[ResourceName(name)]
    assert cut.of(LISTENER)[ResourceName("l80")] != before.of(LISTENER)[ResourceName("l80")]
    assert on_demand(before, 3, Pieces()) == before


def test_a_configuration_that_ignores_ports_stays_whole() -> None:
    """Where hosts match whatever their port is, asked names would stand for each other."""
    assert VIRTUAL_HOST not in on_demand(view(ignore_port=True), 2, Pieces()).resources


def test_a_changed_host_changes_one_resource() -> None:
    """What is equal stays the same object; a change leaves configuration and listener alone."""
    pieces = Pieces()
    before, after = on_demand(view(), 2, pieces), on_demand(view(timeout_s=9), 2, pieces)
    changed = {
        (kind, name)
        for kind, named in after.resources.items()
        for name, one in named.items()
        if before.of(kind)[name] is not one and before.of(kind)[name].version != one.version
    }
    assert changed == {(VIRTUAL_HOST, "80/a")}
    assert after == on_demand(view(timeout_s=9), 2, Pieces())
