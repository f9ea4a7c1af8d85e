"""Delivery on demand: a proxy gets a virtual host when a request for that host arrives.

The view stays what it is; it is only cut into other resources. A route configuration with many
hosts becomes an empty one and a resource for each of its hosts, and listeners that use it ask for
hosts that are not there yet. Off, unless the mesh sets the proxies' variable `PERIPLUS_ON_DEMAND`
under `defaultConfig.proxyMetadata`, or a proxy says `ON_DEMAND` in its node's metadata: `true`, or
from how many hosts on. `false` in a node's metadata overrules the mesh.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.proxy import ON_DEMAND_KEY, Proxy, ProxyType
from libs.compile.world import World
from libs.confighash.fingerprint import fingerprint
from libs.confighash.wire import fields
from libs.envoy import ondemand
from libs.envoy.snapshot import resource, snapshot_of_types
from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import LISTENER, ROUTE, VIRTUAL_HOST, Resource, Snapshot

OPTION: Final = "PERIPLUS_ON_DEMAND"
HOSTS_MIN: Final = 100
"""Smaller route configurations are pushed whole: they cost less than their requests would."""
_HOSTS_FIELD: Final = 2


def hosts_min(proxy: Proxy, world: World) -> int | None:
    """Return from how many hosts on a proxy gets them on demand; None for never."""
    mesh = world.settings.default_config
    asked = proxy.metadata.get(ON_DEMAND_KEY) or (
        mesh.proxy_metadata.get(OPTION, "") if mesh else ""
    )
    text = str(asked).lower()
    if proxy.type is not ProxyType.SIDECAR:
        return None
    return HOSTS_MIN if text == "true" else int(text) if text.isdecimal() else None


@dataclass(slots=True)
class Pieces:
    """What was made of a class's resources the last time; only other bytes are looked at again."""

    hosts: dict[tuple[ResourceName, bytes], Resource] = field(default_factory=dict)
    listeners: dict[tuple[Version, frozenset[str]], Resource] = field(default_factory=dict)


def on_demand(snapshot: Snapshot, least: int, pieces: Pieces) -> Snapshot:
    """Cut a view for delivery on demand of route configurations with `least` hosts or more."""
    routes: dict[ResourceName, Resource] = {}
    hosts: dict[tuple[ResourceName, bytes], Resource] = {}
    for name, one in snapshot.of(ROUTE).items():
        rest, several = _divided(one.body)
        frame = route_pb2.RouteConfiguration.FromString(rest)
        if len(several) < max(least, 1) or frame.ignore_port_in_host_matching:
            routes[name] = one
            continue
        frame.vhds.config_source.CopyFrom(ondemand.hosts_source())
        routes[name] = resource(ROUTE, name, frame)
        for body in several:
            key = (name, body)
            hosts[key] = pieces.hosts.get(key) or _host(name, body)
    pieces.hosts = hosts
    if not hosts:
        return snapshot
    cut = frozenset(str(name) for name, _ in hosts)
    types = {
        **snapshot.resources,
        ROUTE: routes,
        LISTENER: _listeners(snapshot.of(LISTENER), cut, pieces),
        VIRTUAL_HOST: {one.name: one for one in hosts.values()},
    }
    return snapshot_of_types(types)


def _divided(body: bytes) -> tuple[bytes, list[bytes]]:
    """Return a route configuration without its hosts, and the hosts."""
    rest, hosts = [], []
    for number, _, start, begin, end in fields(body):
        if number == _HOSTS_FIELD:
            hosts.append(body[begin:end])
        else:
            rest.append(body[start:end])
    return b"".join(rest), hosts


def _host(configuration: ResourceName, body: bytes) -> Resource:
    """Make a host without name and domains, which are those of whoever asks.

    Its routes state that their streams may idle: the listener's own limit is for the time before
    there is a route.
    """
    host = rc.VirtualHost.FromString(body)
    name = ResourceName(f"{configuration}/{host.name}")
    domains = tuple(domain.lower() for domain in host.domains)
    host.ClearField("name")
    host.ClearField("domains")
    for one in host.routes:
        if one.HasField("route") and not one.route.HasField("idle_timeout"):
            one.route.idle_timeout.FromTimedelta(timedelta())
    rest = host.SerializeToString(deterministic=True)
    version = Version(fingerprint(VIRTUAL_HOST, rest, *(each.encode() for each in domains)))
    return Resource(VIRTUAL_HOST, name, version, rest, domains)


def _listeners(
    listeners: Mapping[ResourceName, Resource], cut: frozenset[str], pieces: Pieces
) -> Mapping[ResourceName, Resource]:
    made = {(one.version, cut): one for one in listeners.values()}
    pieces.listeners = {
        key: pieces.listeners.get(key) or _listener(one, cut) for key, one in made.items()
    }
    return {one.name: one for one in pieces.listeners.values()}


def _listener(one: Resource, cut: frozenset[str]) -> Resource:
    message = listener_pb2.Listener.FromString(one.body)
    if not ondemand.ask_for_hosts(message, cut):
        return one
    return resource(LISTENER, one.name, message)
