"""A router's listeners and routes, from the Gateways that select it."""

from collections.abc import Iterator, Sequence

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.gatewaychains import chains_of, manager, place_of, route_names, tcp_chains
from libs.compile.gatewayroutes import gateway_routes
from libs.compile.listeners import Outlets
from libs.compile.servers import (
    GatewayPort,
    Sort,
    ports_of,
)
from libs.compile.slots import WILDCARD
from libs.compile.view import View, node
from libs.envoy import hcm, listener, names
from libs.envoy.address import address, text_of
from libs.kernel import xds
from libs.registry.build import Instance
from libs.registry.hostnames import ANY
from libs.registry.labels import wears


def gateway_outlets(view: View, *, by_name: bool = False) -> Outlets:
    """Return listeners and routes of a router.

    With `by_name` there are services whose endpoints are looked up by the name that is asked for.
    """
    outlets = Outlets()
    selecting = (one for one in view.world.gateways if wears(view.proxy.labels, one.spec.selector))
    for port in ports_of(selecting, view.ledger):
        for number in _numbers(view, port):
            chains = list(_chains(view, port, number, outlets))
            if by_name:
                hcm.look_up_names(chains)
            if chains:
                _add(view, outlets, _listener(port, number, chains), port)
    return outlets


def _chains(
    view: View, port: GatewayPort, number: int, outlets: Outlets
) -> Iterator[lc.FilterChain]:
    """Yield the filter chains of a port; without any there is nothing to listen for.

    `number` is the workload's own. Of two chains for one server name the first counts.
    """
    where = place_of(port, number)
    if port.sort is Sort.HTTP:
        outlets.routes[port.route_name] = gateway_routes(
            view, port.route_name, port.number, tuple(port.servers)
        )
        yield listener.chain([manager(where, port.route_name)])
    elif port.sort is Sort.TCP:
        yield from tcp_chains(view, port.number, *port.servers[0])
    else:
        taken: set[str] = set()
        for served, routes in zip(port.servers, route_names(port), strict=True):
            made = chains_of(view, served, where, routes)
            outlets.secrets.update({one.name: one for one in made.secrets})
            outlets.routes.update({one.resource.name: one for one in made.routes})
            outlets.crossing.update(made.crossing)
            for each in made.chains:
                built = lc.FilterChain.FromString(each)
                if _is_first(built, taken):
                    yield built


def _is_first(built: lc.FilterChain, taken: set[str]) -> bool:
    """Leave to a chain the server names that none before it has; no name means every name."""
    asked = built.filter_chain_match.server_names
    free = [name for name in asked or (ANY,) if name not in taken]
    taken.update(free)
    if asked:
        asked[:] = free
    return bool(free)


def _numbers(view: View, port: GatewayPort) -> Sequence[int]:
    """Return the ports that the workload has for a server's: its service tells, else the same."""
    found = {one.number for one in _instances(view) if one.port.number == port.number}
    return sorted(found) or [port.number]


@node(lambda: None)
def _instances(view: View) -> tuple[Instance, ...]:
    proxy = view.proxy
    return view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)


def _listener(
    port: GatewayPort, number: int, chains: Sequence[lc.FilterChain]
) -> listener_pb2.Listener:
    bind = port.bind or WILDCARD
    result = listener.listener(
        names.listener(bind, number), address(bind, number), chains, listener.OUTBOUND
    )
    if port.sort is Sort.TLS:
        listener.read_server_names(result)
    return result


def _add(view: View, outlets: Outlets, built: listener_pb2.Listener, port: GatewayPort) -> None:
    at = text_of(built.address)
    if at in outlets.listeners:
        view.ledger.problem(
            f"server port {port.number} of {port.servers[0][0].key} is left out: "
            f"another server listens on {at}"
        )
        return
    outlets.listeners[at] = built
    view.ledger.credit(xds.LISTENER, built.name, *(gateway.key for gateway, _ in port.servers))
