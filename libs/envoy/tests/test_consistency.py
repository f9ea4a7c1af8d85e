"""Views that must not be served."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.envoy import cluster, endpoint, hcm, listener, route, secret, tcpproxy, tls
from libs.envoy.address import address, socket
from libs.envoy.cluster import LoadBalancing
from libs.envoy.consistency import inconsistencies
from libs.envoy.messages import Messages


def _http(name: str, host: str, port: int, route_name: str) -> listener_pb2.Listener:
    manager = hcm.by_name("test", route_name, hcm.Side.OUTBOUND)
    chain = listener.chain([hcm.network_filter(manager)])
    return listener.listener(name, socket(host, port), [chain], listener.OUTBOUND)


def _tcp(name: str, port: int, target: str) -> listener_pb2.Listener:
    chain = listener.chain([tcpproxy.tcp_proxy(target)])
    return listener.listener(name, address("127.0.0.1", port), [chain], listener.OUTBOUND)


def _good() -> Messages:
    """Make a view that can be served: one listener of each kind, routes, two clusters."""
    host = route.virtual_host("v", ["a.example", "*"], [route.default_route("discovered")])
    return Messages(
        clusters=(
            cluster.by_discovery("discovered", LoadBalancing.RANDOM),
            cluster.black_hole(),
        ),
        endpoints=(endpoint.load_assignment("discovered", ()),),
        listeners=(
            _http("http", "127.0.0.1", 80, "r"),
            _tcp("tcp", 81, "BlackHoleCluster"),
        ),
        routes=(route.configuration("r", [host]),),
    )


def test_a_whole_view_has_no_reason_against_it() -> None:
    """Everything that is named is there, once."""
    assert inconsistencies(_good()) == ()


def _doubled_domain(good: Messages) -> Messages:
    hosts = [
        route.virtual_host(name, [domain], [route.default_route("discovered")])
        for name, domain in (("one", "a.example"), ("two", "A.example"))
    ]
    return replace(good, routes=(route.configuration("r", hosts),))


def _weighted_to_nowhere(good: Messages) -> Messages:
    lost = route.default_route("discovered")
    targets = [route.Target("discovered", 1), route.Target("nowhere", 1)]
    lost.route.CopyFrom(route.forward(targets))
    host = route.virtual_host("v", ["*"], [lost])
    return replace(good, routes=(route.configuration("r", [host]),))


def _two_equal_chains(good: Messages) -> Messages:
    chains = [listener.chain([tcpproxy.tcp_proxy("discovered")], destination_port=1)] * 2
    built = listener.listener("l", socket("127.0.0.1", 9), chains, listener.INBOUND)
    return replace(good, listeners=(*good.listeners, built))


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        pytest.param(
            lambda good: replace(good, routes=()),
            "listener http asks for route configuration r, which is not there",
            id="a route configuration is missing",
        ),
        pytest.param(
            lambda good: replace(good, endpoints=()),
            "cluster discovered has no load assignment named discovered",
            id="endpoints are missing",
        ),
        pytest.param(
            lambda good: replace(good, clusters=good.clusters[1:]),
            "virtual host v of r names cluster discovered, which is not there",
            id="a routed cluster is missing",
        ),
        pytest.param(
            lambda good: replace(good, clusters=good.clusters[:1]),
            "listener tcp names cluster BlackHoleCluster, which is not there",
            id="a TCP cluster is missing",
        ),
        pytest.param(
            _weighted_to_nowhere,
            "virtual host v of r names cluster nowhere, which is not there",
            id="one of several clusters is missing",
        ),
        pytest.param(
            lambda good: replace(
                good, listeners=(*good.listeners, _http("more", "127.0.0.1", 80, "r"))
            ),
            "listener address 127.0.0.1:80 is there 2 times",
            id="two listeners at one address",
        ),
        pytest.param(
            _doubled_domain,
            "in route configuration r: domain a.example is there 2 times",
            id="one domain in two virtual hosts, in another case",
        ),
        pytest.param(
            _two_equal_chains,
            "listener l has two filter chains with one condition",
            id="two filter chains for the same connections",
        ),
    ],
)
def test_what_envoy_would_refuse_or_wait_for_is_said(
    broken: Callable[[Messages], Messages], reason: str
) -> None:
    """Each way to break a view gives the sentence that names what is wrong."""
    assert reason in inconsistencies(broken(_good()))


def test_routes_inside_a_listener_are_checked_as_well() -> None:
    """Inbound routes are not resources of their own."""
    host = route.virtual_host("inner", ["*"], [route.default_route("nowhere")])
    manager = hcm.inline("test", route.configuration("in", [host]), hcm.Side.INBOUND)
    chain = listener.chain([hcm.network_filter(manager)])
    built = listener.listener("l", socket("127.0.0.1", 9), [chain], listener.INBOUND)
    assert inconsistencies(Messages(listeners=(built,))) == (
        "virtual host inner of in names cluster nowhere, which is not there",
    )


def test_listeners_for_grpc_clients_have_no_address_to_share() -> None:
    """Several of them stand side by side."""
    built = [
        listener.for_grpc_client(name, hcm.for_grpc_client("test", "r")) for name in ("a:1", "b:1")
    ]
    good = _good()
    assert inconsistencies(replace(good, listeners=(*good.listeners, *built))) == ()


def test_a_secret_that_somebody_waits_for_must_be_there() -> None:
    """A listener that waits for it would stay as it was; what an agent serves is not ours."""
    waiting, local = tls.common([], tls.NOBODY, []), tls.common([], tls.NOBODY, [])
    tls.present(waiting, ["kubernetes://a"])
    tls.use_agent(local)
    users = []
    for number, context in enumerate((waiting, local)):
        built = _tcp(f"l{number}", 90 + number, "BlackHoleCluster")
        socket_of_chain = tls.accepting(context, client_certificate=False)
        built.filter_chains[0].transport_socket.CopyFrom(socket_of_chain)
        users.append(built)
    view = replace(_good(), listeners=tuple(users))
    assert inconsistencies(view) == (
        "listener l0 waits for secret kubernetes://a, which is not there",
    )
    whole = replace(view, secrets=(secret.certificate("kubernetes://a", b"c", b"k"),))
    assert inconsistencies(whole) == ()
