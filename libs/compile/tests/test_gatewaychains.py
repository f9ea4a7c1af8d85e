"""Chains of TLS servers: each server is a node, which stands while others change."""

from collections.abc import Hashable, Iterator, Mapping

from libs.compile.memo import Done, Memo
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, world
from libs.kernel import xds

ROUTER = Proxy(ProxyType.ROUTER, "infra", labels={"istio": "edge"})
FILES = "mode: SIMPLE, serverCertificate: /c.pem, privateKey: /k.pem"


def _server(name: str, host: str, tls: str) -> str:
    port = f"{{number: 443, name: {name}, protocol: HTTPS}}"
    return f"{{port: {port}, hosts: [{host}], tls: {{{tls}}}}}"


def _gateway(*servers: str) -> str:
    listed = ", ".join(servers)
    return istio("Gateway", "edge", f"{{selector: {{istio: edge}}, servers: [{listed}]}}")


def _rules(name: str, path: str) -> str:
    rule = f"{{match: [{{uri: {{prefix: {path}}}}}], route: [{{destination: {{host: web}}}}]}}"
    return istio(
        "VirtualService", name, f"{{hosts: [{name}.example], gateways: [edge], http: [{rule}]}}"
    )


GATEWAY = _gateway(_server("a", "a.example", FILES), _server("b", "b.example", FILES))


def _standing(nodes: Mapping[Hashable, Done], function: str) -> Iterator[Done]:
    for key, one in nodes.items():
        if isinstance(key, tuple) and str(key[0]).endswith(function):
            yield one
        yield from _standing(one.children, function)


def test_a_route_of_one_server_leaves_the_other_servers_chains_alone() -> None:
    """Its certificates are not read again, nor its routes looked at."""
    memo = Memo()
    before = world(service("web") + GATEWAY + _rules("a", "/1") + _rules("b", "/1"))
    compile_snapshot(before, ROUTER, memo)
    first = {one.result.routes[0].resource.name: one for one in _standing(memo.nodes, "chains_of")}
    after = world(service("web") + GATEWAY + _rules("a", "/2") + _rules("b", "/1"))
    made = compile_snapshot(after, ROUTER, memo)
    then = {one.result.routes[0].resource.name: one for one in _standing(memo.nodes, "chains_of")}
    assert len(first) == 2
    changed = {name for name in first if then[name].result != first[name].result}
    assert len(changed) == 1
    assert made.snapshot == compile_snapshot(after, ROUTER).snapshot


def test_servers_that_are_called_alike_have_routes_of_their_own() -> None:
    """A name says port, gateway and namespace; the place tells two of one name apart."""
    text = _gateway(_server("a", "a.example", FILES), _server("a", "b.example", FILES))
    made = compile_snapshot(world(service("web") + text), ROUTER)
    assert sorted(made.snapshot.of(xds.ROUTE)) == [
        "https.443.a.edge.default",
        "https.443.a.edge.default~1",
    ]
