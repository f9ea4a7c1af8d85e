"""Outbound clusters and their endpoints."""

from datetime import timedelta

import pytest
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster

from libs.compile.assignments import assignment
from libs.compile.clusters import cluster_message, discovers
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world
from libs.meshapi.fleet import MeshSettings

INTERCEPTED = Proxy(ProxyType.SIDECAR, "default")


def _entry(resolution: str, endpoints: str = "") -> str:
    return istio(
        "ServiceEntry",
        "e",
        "{hosts: [a.example], ports: [{number: 80, name: http, protocol: HTTP}], "
        f"resolution: {resolution}{endpoints}}}",
    )


def _rule(balancer: str) -> str:
    policy = f"{{loadBalancer: {{simple: {balancer}}}}}"
    return istio("DestinationRule", "d", f"{{host: web, trafficPolicy: {policy}}}")


def _made(text: str, proxy: Proxy, name: str) -> Cluster:
    view = view_of(world(text), proxy)
    return cluster_message(view, view.outbound[name])


WEB = "outbound|80||web.default.svc.cluster.local"
ENTRY = "outbound|80||a.example"
HEADLESS = service("web", more="clusterIP: None")


@pytest.mark.parametrize(
    ("text", "proxy", "name", "expected"),
    [
        pytest.param(service("web"), sidecar(), WEB, Cluster.EDS, id="a service"),
        pytest.param(HEADLESS, INTERCEPTED, WEB, Cluster.ORIGINAL_DST, id="headless, redirected"),
        pytest.param(HEADLESS, sidecar(), WEB, Cluster.EDS, id="headless, not redirected"),
        pytest.param(
            service("web") + _rule("PASSTHROUGH"),
            INTERCEPTED,
            WEB,
            Cluster.ORIGINAL_DST,
            id="passthrough by rule",
        ),
        pytest.param(_entry("DNS"), sidecar(), ENTRY, Cluster.STRICT_DNS, id="names"),
        pytest.param(
            _entry("DNS_ROUND_ROBIN"), sidecar(), ENTRY, Cluster.LOGICAL_DNS, id="one name"
        ),
        pytest.param(
            _entry("DNS", ", endpoints: [{address: b.example}, {address: c.example}]"),
            sidecar(),
            ENTRY,
            Cluster.STRICT_DNS,
            id="several names",
        ),
        pytest.param(_entry("NONE"), INTERCEPTED, ENTRY, Cluster.ORIGINAL_DST, id="as called"),
        pytest.param(
            _entry("STATIC", ", endpoints: [{address: 10.0.0.1}]"),
            sidecar(),
            ENTRY,
            Cluster.EDS,
            id="addresses",
        ),
    ],
)
def test_endpoints_are_found_as_the_service_says(
    text: str, proxy: Proxy, name: str, expected: int
) -> None:
    """Each resolution has its kind of cluster."""
    assert _made(text, proxy, name).type == expected


@pytest.mark.parametrize(
    ("balancer", "proxy", "expected"),
    [
        pytest.param(None, sidecar(), Cluster.LEAST_REQUEST, id="Istio's default"),
        pytest.param("RANDOM", sidecar(), Cluster.RANDOM, id="as written"),
        pytest.param("ROUND_ROBIN", sidecar(), Cluster.ROUND_ROBIN, id="as written too"),
        pytest.param("LEAST_CONN", sidecar(), Cluster.LEAST_REQUEST, id="the old word"),
        pytest.param(
            "RANDOM", Proxy(ProxyType.GRPC, "default"), Cluster.ROUND_ROBIN, id="a gRPC client"
        ),
    ],
)
def test_the_balancer_is_the_rules_or_istios(
    balancer: str | None, proxy: Proxy, expected: int
) -> None:
    """A gRPC client gets the one that all of them know."""
    text = service("web") + (_rule(balancer) if balancer else "")
    assert _made(text, proxy, WEB).lb_policy == expected


def test_only_endpoints_with_all_labels_are_in_a_subset() -> None:
    """The cluster without a subset has all of them."""
    workloads = "".join(
        istio(
            "WorkloadEntry", f"w{at}", f"{{address: 10.0.0.{at}, labels: {{app: web, v: '{v}'}}}}"
        )
        for at, v in ((1, "1"), (2, "2"), (3, "2"))
    )
    rule = istio("DestinationRule", "d", "{host: web, subsets: [{name: two, labels: {v: '2'}}]}")
    view = view_of(world(service("web") + workloads + rule), sidecar())
    sizes = {
        name: sum(len(each.lb_endpoints) for each in assignment(view, one).endpoints)
        for name, one in view.outbound.items()
    }
    assert sizes == {WEB: 3, "outbound|80|two|web.default.svc.cluster.local": 2}


def test_a_name_among_addresses_is_left_out_and_said() -> None:
    """Envoy would refuse all endpoints for it."""
    workloads = "".join(
        istio("WorkloadEntry", f"w{at}", f"{{address: {address}, labels: {{app: web}}}}")
        for at, address in enumerate(("10.0.0.1", "b.example"))
    )
    ledger = Ledger()
    view = view_of(world(service("web") + workloads), sidecar(), ledger)
    (one,) = view.outbound.values()
    assert discovers(one, sidecar())
    (locality,) = assignment(view, one).endpoints
    assert len(locality.lb_endpoints) == 1
    (problem,) = ledger.problems
    assert "`b.example` is a name; write an IP address, or resolution DNS" in problem


def test_http2_is_spoken_where_the_port_says_so() -> None:
    """To a gRPC port, not to a plain HTTP one."""
    grpc = _made(service("web", "{name: grpc, port: 80}"), sidecar(), WEB)
    plain = _made(service("web"), sidecar(), WEB)
    assert grpc.typed_extension_protocol_options
    assert not plain.typed_extension_protocol_options


def test_names_are_resolved_again_as_often_as_the_mesh_says() -> None:
    """Once a minute where it says nothing."""
    found = []
    for settings in (None, MeshSettings(dns_refresh_rate=timedelta(seconds=5))):
        view = view_of(world(_entry("DNS"), settings), sidecar())
        found.append(cluster_message(view, view.outbound[ENTRY]).dns_refresh_rate.seconds)
    assert found == [60, 5]


def test_a_name_that_nobody_says_cannot_be_looked_up() -> None:
    """A port of TCP has no cluster where hosts are looked up by the name that is asked for."""
    ports = "[{number: 80, name: http, protocol: HTTP}, {number: 9000, name: t, protocol: TCP}]"
    entry = istio(
        "ServiceEntry",
        "d",
        f"{{hosts: ['*.far.example'], ports: {ports}, resolution: DYNAMIC_DNS}}",
    )
    found = view_of(world(entry), sidecar()).outbound
    assert list(found) == ["outbound|80||*.far.example"]
    assert cluster_message(view_of(world(entry), sidecar()), *found.values()).HasField(
        "cluster_type"
    )
