"""Reasons why a view must not be served: what Envoy would refuse, or would wait for without end."""

from collections import Counter
from collections.abc import Iterable, Iterator

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.envoy import tls
from libs.envoy.address import text_of
from libs.envoy.messages import Messages


def inconsistencies(messages: Messages) -> tuple[str, ...]:
    """Return a sentence for each reason, none when the view can be served."""
    return (
        *_twice("resource", (f"{kind} {name}" for kind, name, _ in messages.named())),
        *_twice("listener address", map(_address, _addressed(messages.listeners))),
        *_chains(messages.listeners),
        *_route_names(messages),
        *_domains(_route_configurations(messages)),
        *_clusters(messages),
        *_assignments(messages),
        *_secrets(messages),
    )


def _twice(what: str, names: Iterable[str]) -> Iterator[str]:
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name} is there {count} times"


def _addressed(listeners: Iterable[listener_pb2.Listener]) -> Iterator[listener_pb2.Listener]:
    """Leave out listeners for gRPC clients, which have no address."""
    return (listener for listener in listeners if not listener.HasField("api_listener"))


def _address(listener: listener_pb2.Listener) -> str:
    return text_of(listener.address)


def _chains(listeners: Iterable[listener_pb2.Listener]) -> Iterator[str]:
    for listener in listeners:
        matches = (
            chain.filter_chain_match.SerializeToString(deterministic=True)
            for chain in listener.filter_chains
        )
        if any(count > 1 for count in Counter(matches).values()):
            yield f"listener {listener.name} has two filter chains with one condition"


def _managers(messages: Messages) -> Iterator[tuple[str, hcm_pb2.HttpConnectionManager]]:
    """Yield every HTTP connection manager with the name of its listener."""
    for listener in messages.listeners:
        for config in _filter_configs(listener):
            manager = hcm_pb2.HttpConnectionManager()
            if config.Unpack(manager):
                yield listener.name, manager


def _filter_configs(listener: listener_pb2.Listener) -> Iterator[AnyMessage]:
    if listener.HasField("api_listener"):
        yield listener.api_listener.api_listener
    for chain in listener.filter_chains:
        for one in chain.filters:
            yield one.typed_config


def _route_names(messages: Messages) -> Iterator[str]:
    known = {route.name for route in messages.routes}
    for listener, manager in _managers(messages):
        name = manager.rds.route_config_name
        if manager.HasField("rds") and name not in known:
            yield f"listener {listener} asks for route configuration {name}, which is not there"


def _route_configurations(messages: Messages) -> list[route_pb2.RouteConfiguration]:
    inline = [
        manager.route_config
        for _, manager in _managers(messages)
        if manager.HasField("route_config")
    ]
    return [*messages.routes, *inline]


def _domains(configurations: Iterable[route_pb2.RouteConfiguration]) -> Iterator[str]:
    """Envoy compares domains without regard to case."""
    for configuration in configurations:
        where = f"in route configuration {configuration.name}:"
        hosts = configuration.virtual_hosts
        domains = (domain.lower() for host in hosts for domain in host.domains)
        yield from _twice(f"{where} domain", domains)
        yield from _twice(f"{where} virtual host", (host.name for host in hosts))
        for host in hosts:
            if not host.domains:
                yield f"{where} virtual host {host.name} has no domain"


def _clusters(messages: Messages) -> Iterator[str]:
    known = {cluster.name for cluster in messages.clusters}
    for user, name in [*_routed(messages), *_proxied(messages)]:
        if name not in known:
            yield f"{user} names cluster {name}, which is not there"


def _routed(messages: Messages) -> Iterator[tuple[str, str]]:
    for configuration in _route_configurations(messages):
        for host in configuration.virtual_hosts:
            for route in host.routes:
                for name in _clusters_of(route.route):
                    yield f"virtual host {host.name} of {configuration.name}", name


def _clusters_of(action: rc.RouteAction) -> list[str]:
    mirrors = [policy.cluster for policy in action.request_mirror_policies]
    if action.HasField("weighted_clusters"):
        return [*mirrors, *(weighted.name for weighted in action.weighted_clusters.clusters)]
    return [*mirrors, action.cluster] if action.HasField("cluster") else mirrors


def _proxied(messages: Messages) -> Iterator[tuple[str, str]]:
    for listener in messages.listeners:
        for config in _filter_configs(listener):
            proxy = tcp_proxy_pb2.TcpProxy()
            if config.Unpack(proxy):
                yield f"listener {listener.name}", proxy.cluster


def _assignments(messages: Messages) -> Iterator[str]:
    known = {assignment.cluster_name for assignment in messages.endpoints}
    for cluster in messages.clusters:
        if cluster.type != cluster_pb2.Cluster.EDS:
            continue
        name = cluster.eds_cluster_config.service_name or cluster.name
        if name not in known:
            yield f"cluster {cluster.name} has no load assignment named {name}"


def _secrets(messages: Messages) -> Iterator[str]:
    """A listener that waits for a secret would keep what it had before, and not say so."""
    known = {secret.name for secret in messages.secrets}
    sockets = [(f"cluster {one.name}", one.transport_socket) for one in messages.clusters]
    for listener in messages.listeners:
        chains = listener.filter_chains
        sockets += [(f"listener {listener.name}", chain.transport_socket) for chain in chains]
    for user, socket in sockets:
        context = tls.context_of(socket)
        for name in tls.secrets_of(context) if context is not None else ():
            if name not in known:
                yield f"{user} waits for secret {name}, which is not there"
