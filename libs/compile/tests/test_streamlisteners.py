"""Filter chains for connections that nobody reads."""

from collections.abc import Sequence

from protogen.envoy.config.listener.v3.listener_pb2 import Listener

from libs.compile.ledger import Ledger
from libs.compile.slots import WILDCARD, Slot, listener_of
from libs.compile.streamlisteners import service_streams
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world


def _made(text: str, names: Sequence[str]) -> Listener:
    view = view_of(world(text), sidecar(), Ledger())
    slot = Slot(WILDCARD, 80, binds=False)
    for name in names:
        one = view.world.registry.services[f"{name}.default.svc.cluster.local"]
        found = service_streams(view, view.world.rules, one, one.ports[0], shared=True)
        for stream in found.streams:
            slot.add(stream, one.origin)
    return listener_of(slot, "BlackHoleCluster")


def _tls(name: str) -> str:
    return service(name, "{name: tls, port: 443}")


def test_services_of_one_address_are_told_apart_by_server_name() -> None:
    """What is for none of them leads nowhere."""
    made = _made(_tls("a") + _tls("b"), ["a", "b"])
    names = [list(one.filter_chain_match.server_names) for one in made.filter_chains]
    assert names == [["a.default.svc.cluster.local"], ["b.default.svc.cluster.local"], []]
    assert made.listener_filters
    assert not made.filter_chains[-1].filter_chain_match.transport_protocol


def test_of_two_rules_for_one_server_name_the_first_counts() -> None:
    """Envoy refuses two chains with one condition."""
    match = "match: [{sniHosts: [a.default.svc.cluster.local]}]"
    routes = "".join(f"{{{match}, route: [{{destination: {{host: {to}}}}}]}}, " for to in "ab")
    rules = istio(
        "VirtualService", "v", f"{{hosts: [a.default.svc.cluster.local], tls: [{routes}]}}"
    )
    made = _made(_tls("a") + _tls("b") + rules, ["a"])
    assert len(made.filter_chains) == 2
    assert b"|b." not in made.filter_chains[0].SerializeToString()


def test_a_rule_for_every_address_takes_what_rules_by_address_leave() -> None:
    """No chain for the service itself is left."""
    nets = "match: [{destinationSubnets: [10.0.0.0/8, 10.1.0.1]}]"
    to = "route: [{destination: {host: b}}]"
    rules = istio("VirtualService", "v", f"{{hosts: [a], tcp: [{{{nets}, {to}}}, {{{to}}}]}}")
    tcp = service("a", "{name: tcp, port: 99}") + service("b", "{name: tcp, port: 99}")
    made = _made(tcp + rules, ["a"])
    ranges = [
        [
            (one.address_prefix, one.prefix_len.value)
            for one in chain.filter_chain_match.prefix_ranges
        ]
        for chain in made.filter_chains
    ]
    assert ranges == [[("10.0.0.0", 8), ("10.1.0.1", 32)], []]
    assert not made.listener_filters


def test_who_takes_every_address_is_repeated_for_ranges_of_others() -> None:
    """Envoy would otherwise refuse other names at an address of the range."""
    match = "match: [{sniHosts: [a.example], destinationSubnets: [10.0.0.0/8]}]"
    other = "match: [{sniHosts: [b.example]}]"
    to = "route: [{destination: {host: a}}]"
    hosts = "[a.example, b.example, a.default.svc.cluster.local]"
    rules = istio(
        "VirtualService", "v", f"{{hosts: {hosts}, tls: [{{{match}, {to}}}, {{{other}, {to}}}]}}"
    )
    made = _made(_tls("a") + rules, ["a"])
    found = [
        (list(one.filter_chain_match.server_names), len(one.filter_chain_match.prefix_ranges))
        for one in made.filter_chains
    ]
    assert found == [
        (["a.example"], 1),
        (["b.example"], 0),
        (["b.example"], 1),
        ([], 0),
        ([], 1),
    ]
