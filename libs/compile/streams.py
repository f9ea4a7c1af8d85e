"""Rules for connections that nobody reads: by server name, by address, or all of a port."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile.connections import to_clusters
from libs.compile.rules import RouteRules, gateway_name
from libs.compile.view import Place, destination_cluster
from libs.meshapi.virtualservice import L4MatchAttributes, RouteDestination, TLSMatchAttributes
from libs.registry.hostnames import ANY
from libs.registry.labels import wears


@dataclass(frozen=True, slots=True)
class Stream:
    """Where connections go: those for `server_names` and to `subnets`; none means all."""

    filters: tuple[lc.Filter, ...]
    server_names: tuple[str, ...] = ()
    subnets: tuple[str, ...] = ()

    @property
    def asked(self) -> tuple[str, ...]:
        """The server names that are told apart, an empty one for all that are not."""
        return tuple("" if name == ANY else name for name in self.server_names) or ("",)

    @property
    def encrypted(self) -> bool:
        """Whether only TLS is taken."""
        return bool(self.server_names)

    @property
    def conditions(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a connection has to fulfil."""
        return (self.server_names, self.subnets)


def tls_routes(
    rules: RouteRules, place: Place
) -> Iterator[tuple[tuple[str, ...], tuple[lc.Filter, ...]]]:
    """Yield server names with where their connections go, as far as they can come here."""
    for one in tls_streams(rules, place):
        if _without_subnets(one.subnets, rules, place):
            yield one.server_names, one.filters


def tcp_route(rules: RouteRules, place: Place) -> tuple[lc.Filter, ...]:
    """Return where connections of the place go: the first rule that can hold decides, if any."""
    for one in tcp_streams(rules, place):
        if _without_subnets(one.subnets, rules, place):
            return one.filters
    return ()


def tls_streams(rules: RouteRules, place: Place) -> Iterator[Stream]:
    """Yield where connections go by server name; of two for the same the first counts."""
    taken: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for route in rules.tls:
        for match in route.match:
            key = (match.sni_hosts, match.destination_subnets)
            if key not in taken and _can_hold(match, rules, place):
                taken.add(key)
                server_names = tuple(name.lower() for name in match.sni_hosts)
                built = _forward(route.route, rules, place)
                yield Stream(built, server_names, match.destination_subnets)


def tcp_streams(rules: RouteRules, place: Place) -> Iterator[Stream]:
    """Yield where connections go by address; one that takes all is the last."""
    for route in rules.tcp:
        held = [one for one in route.match if _can_hold(one, rules, place)]
        if not route.match or any(not one.destination_subnets for one in held):
            yield Stream(_forward(route.route, rules, place))
            return
        subnets = tuple(dict.fromkeys(net for one in held for net in one.destination_subnets))
        if subnets:
            yield Stream(_forward(route.route, rules, place), (), subnets)


def _without_subnets(subnets: tuple[str, ...], rules: RouteRules, place: Place) -> bool:
    """At a gateway everybody calls the same address: a rule for others is left out and said."""
    if subnets:
        place.view.ledger.problem(
            f"{rules.key}: a rule with destinationSubnets has no effect at a gateway; left out"
        )
    return not subnets


def _can_hold(
    match: TLSMatchAttributes | L4MatchAttributes, rules: RouteRules, place: Place
) -> bool:
    """Decide by port, gateway and caller; what depends on the caller's address is said."""
    if isinstance(match, L4MatchAttributes) and match.source_subnet:
        place.view.ledger.problem(f"{rules.key}: a rule with sourceSubnet has no effect; left out")
        return False
    if match.port is not None and match.port != place.port:
        return False
    wanted = {gateway_name(name, rules.namespace) for name in match.gateways}
    if wanted and not wanted & place.gateways:
        return False
    proxy = place.view.proxy
    labelled = wears(proxy.labels, match.source_labels)
    return labelled and match.source_namespace in ("", proxy.namespace)


def _forward(
    destinations: Sequence[RouteDestination], rules: RouteRules, place: Place
) -> tuple[lc.Filter, ...]:
    """Return the filters for destinations by weight, under Istio's name for its counters."""
    shares = [
        (destination_cluster(place, one.destination, rules.namespace, rules.key), one.weight)
        for one in destinations
        if one.weight or len(destinations) == 1
    ]
    return to_clusters(place.view, f"{rules.key.name}.{rules.namespace}", shares)
