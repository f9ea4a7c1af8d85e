"""Which objects stand behind what a proxy refused."""

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import build_world
from libs.kernel.ids import ClusterName, ResourceName, TypeUrl
from libs.kernel.xds import CLUSTER, ROUTE, VIRTUAL_HOST
from libs.meshapi.parse import parse_file
from services.compiler.blame import blame

TEXT = """\
apiVersion: v1
kind: Service
metadata: {name: hello}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: hello}
spec:
  hosts: [hello]
  http:
  - route: [{destination: {host: hello}}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: calm}
spec: {host: hello, trafficPolicy: {connectionPool: {tcp: {maxConnections: 9}}}}
"""
HELLO = "hello.default.svc.cluster.local"


def _blamed(kind: TypeUrl, name: str, error: str = "") -> list[str]:
    parsed = parse_file("mesh.yaml", TEXT.encode()).objects
    world = build_world([(one.object, one.origin) for one in parsed], ClusterName("east"))
    compiled = compile_snapshot(world, Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",)))
    (found,) = blame(world, compiled, [(kind, ResourceName(name))], error)
    return [f"{origin.line} {key}" for key, origin in found.objects]


def test_a_cluster_is_made_from_its_rule_and_its_service() -> None:
    """The rule comes first: what is written by hand is more likely wrong."""
    assert _blamed(CLUSTER, f"outbound|80||{HELLO}") == [
        "19 DestinationRule default/calm",
        "1 Service default/hello",
    ]


def test_of_a_table_of_routes_only_those_count_whose_host_the_text_names() -> None:
    """All hosts of a port share a table; a refusal is about one of them."""
    text = f"Duplicate entry of domain {HELLO}:80 in route 80"
    assert _blamed(ROUTE, "80", text) == [
        "11 VirtualService default/hello",
        "1 Service default/hello",
    ]


def test_a_table_of_routes_that_no_text_narrows_is_made_from_all() -> None:
    """Better too many places than a wrong one."""
    assert len(_blamed(ROUTE, "80", "something is wrong")) == 3


def test_a_host_on_demand_is_made_from_what_speaks_of_it() -> None:
    """Its name is that of its table with the asked host."""
    assert _blamed(VIRTUAL_HOST, f"80/{HELLO}:80")[0] == "11 VirtualService default/hello"
    assert _blamed(VIRTUAL_HOST, "80/other.default.svc.cluster.local") == [
        "6 Service default/other"
    ]
