"""A small mesh by hand: one listener, one route configuration, clusters with their endpoints."""

from collections.abc import Iterable, Mapping

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import config_source_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.confighash.fingerprint import fingerprint
from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import CLUSTER, ENDPOINT, LISTENER, ROUTE, Resource, Snapshot


def resource(type_url: TypeUrl, name: str, message: Message) -> Resource:
    """Serialise a message; its version is the fingerprint of its bytes."""
    body = message.SerializeToString(deterministic=True)
    return Resource(type_url, ResourceName(name), Version(fingerprint("test", body)), body)


def cluster(name: str, *, connect_timeout_s: int = 1) -> Resource:
    """A cluster that gets its endpoints over the same stream."""
    message = cluster_pb2.Cluster(name=name, type=cluster_pb2.Cluster.EDS)
    message.connect_timeout.seconds = connect_timeout_s
    message.eds_cluster_config.eds_config.ads.SetInParent()
    message.eds_cluster_config.eds_config.resource_api_version = config_source_pb2.V3
    return resource(CLUSTER, name, message)


def endpoints(name: str, *ports: int) -> Resource:
    """Endpoints of a cluster on the loopback address."""
    message = endpoint_pb2.ClusterLoadAssignment(cluster_name=name)
    group = message.endpoints.add()
    group.load_balancing_weight.value = 1
    group.locality.zone = "here"
    for port in ports:
        address = group.lb_endpoints.add().endpoint.address.socket_address
        address.address, address.port_value = "127.0.0.1", port
    return resource(ENDPOINT, name, message)


def _manager(route_name: str) -> hcm_pb2.HttpConnectionManager:
    manager = hcm_pb2.HttpConnectionManager(stat_prefix="test")
    manager.rds.route_config_name = route_name
    manager.rds.config_source.ads.SetInParent()
    manager.rds.config_source.resource_api_version = config_source_pb2.V3
    router = manager.http_filters.add(name="envoy.filters.http.router")
    router.typed_config.Pack(router_pb2.Router())
    return manager


def listener(port: int, route_name: str) -> Resource:
    """An HTTP listener on the loopback address that gets its routes over the same stream."""
    message = listener_pb2.Listener(name="web")
    address = message.address.socket_address
    address.address, address.port_value = "127.0.0.1", port
    http = message.filter_chains.add().filters.add(name="http")
    http.typed_config.Pack(_manager(route_name))
    return resource(LISTENER, "web", message)


def api_listener(name: str, route_name: str) -> Resource:
    """A listener for a gRPC client that speaks xDS itself; its name is the target."""
    message = listener_pb2.Listener(name=name)
    message.api_listener.api_listener.Pack(_manager(route_name))
    return resource(LISTENER, name, message)


def route(name: str, cluster_name: str, *, domains: Iterable[str] = ("*",)) -> Resource:
    """A route configuration that sends everything to one cluster."""
    message = route_pb2.RouteConfiguration(name=name)
    host = message.virtual_hosts.add(name="all", domains=domains)
    to = host.routes.add()
    to.match.prefix = ""
    to.route.cluster = cluster_name
    return resource(ROUTE, name, message)


def broken_route(name: str) -> Resource:
    """A route configuration that any proxy refuses: two virtual hosts of one domain."""
    message = route_pb2.RouteConfiguration(name=name)
    for host_name in ("one", "two"):
        host = message.virtual_hosts.add(name=host_name, domains=["same.example"])
        to = host.routes.add()
        to.match.prefix = "/"
        to.direct_response.status = 200
    return resource(ROUTE, name, message)


def snapshot(*resources: Resource) -> Snapshot:
    """Put resources together; the version is the fingerprint of theirs."""
    types: dict[TypeUrl, dict[ResourceName, Resource]] = {}
    for each in resources:
        types.setdefault(each.type_url, {})[each.name] = each
    versions = sorted(f"{each.type_url}/{each.name}/{each.version}" for each in resources)
    version = Version(fingerprint("test", *(text.encode() for text in versions)))
    return Snapshot(version, types)


def web(port: int, backends: Mapping[str, int], to: str) -> Snapshot:
    """A listener that sends everything to one of several backends (name to port)."""
    clusters = [cluster(name) for name in backends]
    assignments = [endpoints(name, target) for name, target in backends.items()]
    return snapshot(*clusters, *assignments, listener(port, "routes"), route("routes", to))
