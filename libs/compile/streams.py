"""Rules for connections that nobody reads: by server name, or all of a port."""

from collections.abc import Iterator, Sequence

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile.rules import RouteRules, gateway_name
from libs.compile.view import Place, destination_cluster
from libs.envoy import names, tcpproxy
from libs.meshapi.virtualservice import L4MatchAttributes, RouteDestination, TLSMatchAttributes


def tls_routes(rules: RouteRules, place: Place) -> Iterator[tuple[tuple[str, ...], lc.Filter]]:
    """Yield server names with where their connections go, as far as they can come here."""
    for route in rules.tls:
        for match in route.match:
            if _can_hold(match, rules, place):
                yield match.sni_hosts, _forward(route.route, rules, place)


def tcp_route(rules: RouteRules, place: Place) -> lc.Filter | None:
    """Return where connections of the place go: the first rule that can hold decides."""
    for route in rules.tcp:
        if not route.match or any(_can_hold(one, rules, place) for one in route.match):
            return _forward(route.route, rules, place)
    return None


def _can_hold(
    match: TLSMatchAttributes | L4MatchAttributes, rules: RouteRules, place: Place
) -> bool:
    """Decide by port, gateway and caller; what depends on the connection's addresses is said."""
    if match.destination_subnets or (isinstance(match, L4MatchAttributes) and match.source_subnet):
        place.view.ledger.problem(
            f"{rules.key}: a rule with destinationSubnets or sourceSubnet has no effect; left out"
        )
        return False
    if match.port is not None and match.port != place.port:
        return False
    wanted = {gateway_name(name, rules.namespace) for name in match.gateways}
    if wanted and not wanted & place.gateways:
        return False
    proxy = place.view.proxy
    labelled = match.source_labels.items() <= proxy.labels.items()
    return labelled and match.source_namespace in ("", proxy.namespace)


def _forward(
    destinations: Sequence[RouteDestination], rules: RouteRules, place: Place
) -> lc.Filter:
    shares = [
        (destination_cluster(place, one.destination, rules.namespace, rules.key), one.weight)
        for one in destinations
        if one.weight or len(destinations) == 1
    ]
    if len(shares) == 1:
        return tcpproxy.tcp_proxy(shares[0][0])
    if not shares:
        return tcpproxy.tcp_proxy(names.BLACK_HOLE)
    return tcpproxy.weighted(str(rules.key), shares)
