"""The port at which a workload may use its sidecar as a proxy that it knows of.

What is asked for there by a whole address goes where the sidecar sends calls to that host and port.
"""

from collections.abc import Iterable, Iterator, Sequence

from protogen.envoy.config.core.v3 import protocol_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.outbound import Wanted, undeclared_hosts
from libs.compile.parts import Built, built
from libs.compile.proxy import Proxy
from libs.compile.slots import LOOPBACK
from libs.compile.view import View, node
from libs.compile.world import World
from libs.envoy import hcm, listener, names, route
from libs.envoy.address import socket
from libs.envoy.wellknown import boolean
from libs.kernel import xds

_METADATA_KEY = "HTTP_PROXY_PORT"
_USUAL_PORT = 80
"""The port of an address that states none."""


def proxy_port(world: World, proxy: Proxy) -> int:
    """Return the port of a sidecar: its own word, else the mesh's; 0 where there is none."""
    own = str(proxy.metadata.get(_METADATA_KEY, ""))
    return int(own) if own.isdecimal() else world.settings.proxy_http_port or 0


def proxy_listener(port: int, *, by_name: bool) -> listener_pb2.Listener:
    """Return the listener of that port; `by_name` says that hosts may be looked up there."""
    prefix = names.stat_prefix("outbound", LOOPBACK, port)
    manager = hcm.by_name(prefix, names.HTTP_PROXY, hcm.Side.OUTBOUND)
    options = protocol_pb2.Http1ProtocolOptions(allow_absolute_url=boolean(True))
    manager.http_protocol_options.CopyFrom(options)
    chains = [listener.chain([hcm.network_filter(manager)])]
    if by_name:
        hcm.look_up_names(chains)
    at = socket(LOOPBACK, port)
    return listener.listener(names.listener(LOOPBACK, port), at, chains, listener.OUTBOUND)


@node(lambda *_: None)
def proxy_routes(_: View, ports: tuple[tuple[Wanted, Built], ...], rest: str) -> Built:
    """Return the routes of all ports, told apart by the port that an address states.

    `rest` is the cluster for what nobody declared. A call's own destination is this port itself,
    so what would go there is refused.
    """
    to = names.BLACK_HOLE if rest == names.PASSTHROUGH else rest
    hosts = sorted(_distinct(_hosts(ports)), key=lambda one: one.name)
    found = route.configuration(names.HTTP_PROXY, [*hosts, undeclared_hosts(to)])
    return built(xds.ROUTE, names.HTTP_PROXY, found)


def _hosts(ports: Iterable[tuple[Wanted, Built]]) -> Iterator[rc.VirtualHost]:
    for wanted, one in ports:
        read = route_pb2.RouteConfiguration.FromString(one.resource.body)
        for host in read.virtual_hosts:
            domains = list(_domains(host, wanted))
            if domains:
                host.domains[:] = domains
                yield host


def _domains(host: rc.VirtualHost, wanted: Wanted) -> Iterator[str]:
    """Yield the names that state the port; on the usual one it need not be stated."""
    behind = f":{wanted.port}"
    known: Sequence[str] = host.domains
    if wanted.alone:
        known = (host.name.removesuffix(behind), host.name)
    for one in known:
        if one.endswith(behind) or (wanted.port == _USUAL_PORT and one != "*"):
            yield one


def _distinct(hosts: Iterable[rc.VirtualHost]) -> Iterator[rc.VirtualHost]:
    """Leave a name to the first host that has it."""
    taken: set[str] = set()
    for host in hosts:
        mine = [one for one in host.domains if one not in taken]
        if mine:
            taken.update(mine)
            host.domains[:] = mine
            yield host
