"""Views of Envoys for tests: from objects of users, or straight from routes."""

from collections.abc import Sequence

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.proxy import Proxy, ProxyType, proxy_from_json
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World, build_world
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.meshapi.parse import parse_file
from libs.routing.resources import Resources, from_snapshot

PORT = 80
SIDECAR = Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",))


def world_of(text: str) -> World:
    """Build a world from YAML; a test with wrong objects is a wrong test."""
    parsed = parse_file("test.yaml", text.encode())
    wrong = errors(parsed.messages)
    if wrong:
        raise ValueError("\n".join(map(str, wrong)))
    placed = [(one.object, one.origin) for one in parsed.objects]
    return build_world(placed, ClusterName("default"))


def compiled(text: str, proxy: str = "") -> Resources:
    """Compile objects for a proxy."""
    described = proxy_from_json(proxy) if proxy else SIDECAR
    return from_snapshot(compile_snapshot(world_of(text), described).snapshot)


def cluster(name: str, address: str = "") -> cluster_pb2.Cluster:
    """Return a static cluster with one endpoint, by default at an address of its own."""
    made = cluster_pb2.Cluster(name=name, type=cluster_pb2.Cluster.STATIC)
    place = made.load_assignment.endpoints.add().lb_endpoints.add().endpoint.address.socket_address
    place.address, place.port_value = address or f"10.0.0.{ord(name[-1])}", 8080
    return made


def view(
    virtual_hosts: Sequence[rc.VirtualHost],
    clusters: Sequence[cluster_pb2.Cluster] = (),
    manager: hcm_pb2.HttpConnectionManager | None = None,
) -> Resources:
    """Return a proxy that listens on PORT with these virtual hosts."""
    made = hcm_pb2.HttpConnectionManager()
    made.CopyFrom(manager or hcm_pb2.HttpConnectionManager())
    made.rds.route_config_name = "routes"
    router = made.http_filters.add(name="router")
    router.typed_config.Pack(router_pb2.Router())
    listener = listener_pb2.Listener(name="entry", traffic_direction=base_pb2.OUTBOUND)
    place = listener.address.socket_address
    place.address, place.port_value = "127.0.0.1", PORT
    listener.filter_chains.add().filters.add(name="http").typed_config.Pack(made)
    config = route_pb2.RouteConfiguration(name="routes", virtual_hosts=virtual_hosts)
    return Resources(
        {"entry": listener},
        {"routes": config},
        {one.name: one for one in clusters},
    )


def host(*routes: rc.Route, domains: Sequence[str] = ("*",)) -> rc.VirtualHost:
    """Return a virtual host."""
    return rc.VirtualHost(name=domains[0], domains=domains, routes=routes)


def to(name: str, **match: str) -> rc.Route:
    """Return a route to a cluster; without a condition on the path it takes all of them."""
    route = rc.Route()
    for kind, text in (match or {"prefix": "/"}).items():
        setattr(route.match, kind, text)
    route.route.cluster = name
    return route
