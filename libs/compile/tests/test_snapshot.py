"""Whole views: determinism, origins, problems."""

from datetime import timedelta

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster

from libs.compile.ledger import Origins
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.compile.world import build_world
from libs.envoy.snapshot import resource, snapshot_of
from libs.kernel import xds
from libs.kernel.ids import ClusterName, ResourceName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshconfig.config import DefaultTrafficPolicy
from libs.meshapi.trafficpolicy import ConnectionPool, TCPSettings

OBJECTS = (
    service("web", "{name: http, port: 80}, {name: tcp, port: 81}")
    + service("db", "{name: grpc, port: 80}", "clusterIP: 10.1.0.1")
    + istio("WorkloadEntry", "w1", "{address: 10.0.0.1, labels: {app: web, v: '1'}}")
    + istio("WorkloadEntry", "w2", "{address: 10.0.0.2, labels: {app: web, v: '2'}}")
    + istio("DestinationRule", "d", "{host: web, subsets: [{name: one, labels: {v: '1'}}]}")
    + istio("Gateway", "g", "{selector: {a: b}, servers: [{port: {number: 80, name: http, "
            "protocol: HTTP}, hosts: ['*']}]}")
    + istio("VirtualService", "v", "{hosts: [web, api.example], gateways: [mesh, g], http: ["
            "{match: [{headers: {x: {exact: '1'}, y: {prefix: a}}}], headers: {request: {set: "
            "{b: '1', a: '2'}}}, route: [{destination: {host: web, subset: one}}]}, "
            "{fault: {abort: {httpStatus: 500, percentage: {value: 1}}}, "
            "route: [{destination: {host: web}}]}]}")
)  # fmt: skip
PROXIES = (
    sidecar(),
    Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",)),
    Proxy(ProxyType.ROUTER, "infra", labels={"a": "b"}),
    Proxy(ProxyType.GRPC, "default"),
)


def _shuffled(value: object, draw: st.DrawFn) -> object:
    """Put the keys of every map into another order; lists mean something and keep theirs."""
    if isinstance(value, dict):
        return {key: _shuffled(value[key], draw) for key in draw(st.permutations(list(value)))}
    return [_shuffled(one, draw) for one in value] if isinstance(value, list) else value


@st.composite
def same_meaning(draw: st.DrawFn) -> str:
    """Write the objects in another way."""
    documents = [one for one in yaml.safe_load_all(OBJECTS) if one]
    words = st.text("abc", min_size=1, max_size=5)
    for document in documents:
        document["metadata"]["labels"] = {draw(words): draw(words)}
        document["metadata"]["annotations"] = {draw(words): draw(words)}
    moved = [_shuffled(one, draw) for one in draw(st.permutations(documents))]
    return f"# {draw(words)}\n\n{yaml.safe_dump_all(moved, sort_keys=False)}"


@given(same_meaning())
@settings(max_examples=25, deadline=None)
def test_only_meaning_changes_a_byte(text: str) -> None:
    """Order of objects and keys, labels and annotations of objects, comments and lines do not."""
    for proxy in PROXIES:
        before = compile_snapshot(world(OBJECTS), proxy).snapshot
        assert compile_snapshot(world(text), proxy).snapshot == before


def test_compiling_twice_gives_the_same() -> None:
    """Nothing is remembered between two runs."""
    mesh = world(OBJECTS)
    for proxy in PROXIES:
        assert compile_snapshot(mesh, proxy) == compile_snapshot(mesh, proxy)


def test_a_change_of_endpoints_changes_endpoints_only() -> None:
    """Clusters, listeners and routes keep their versions."""
    moved = OBJECTS.replace("10.0.0.2", "10.0.0.3")
    before, after = (compile_snapshot(world(text), sidecar()).snapshot for text in (OBJECTS, moved))
    assert before.version != after.version
    changed = {
        kind
        for kind in xds.PUSH_ORDER
        for name, one in before.of(kind).items()
        if after.of(kind)[name] != one
    }
    assert changed == {xds.ENDPOINT}


def test_every_resource_of_an_object_leads_back_to_it() -> None:
    """With file and line, outside of every version."""
    compiled = compile_snapshot(world(OBJECTS), sidecar())
    cluster = ResourceName("outbound|80|one|web.default.svc.cluster.local")
    assert {key.kind for key, _ in compiled.origins[xds.CLUSTER, cluster]} == {
        "Service",
        "DestinationRule",
    }
    assert {key.name for key, _ in compiled.origins[xds.ENDPOINT, cluster]} == {"web", "w1"}
    kinds = {key.kind for key, _ in compiled.origins[xds.ROUTE, ResourceName("80")]}
    assert kinds == {"Service", "VirtualService"}
    assert all(
        origin.file == "test.yaml" for pair in compiled.origins.values() for _, origin in pair
    )
    assert compiled.origins[xds.CLUSTER, ResourceName("BlackHoleCluster")] == ()


def test_lines_that_move_change_origins_and_no_version() -> None:
    """A comment above an object is no change to a proxy."""
    before, after = (
        compile_snapshot(world(text), sidecar()) for text in (OBJECTS, "# more\n" + OBJECTS)
    )
    assert before.snapshot == after.snapshot
    assert before.origins != after.origins


def test_a_view_that_envoy_would_refuse_is_not_made() -> None:
    """The sentence says what is wrong; here the way in and the way out have one address."""
    port = "{number: 80, protocol: HTTP, name: http}"
    spec = (
        f"{{ingress: [{{port: {port}, bind: 127.0.0.9, defaultEndpoint: '127.0.0.1:8080'}}], "
        f"egress: [{{port: {port}, bind: 127.0.0.9, hosts: ['./*']}}]}}"
    )
    with pytest.raises(CompileError, match=r"listener address 127\.0\.0\.9:80 is there 2 times"):
        compile_snapshot(world(service("web") + istio("Sidecar", "s", spec)), sidecar())


def test_an_empty_world_has_a_view() -> None:
    """A proxy that may reach nothing still gets an answer."""
    for proxy in PROXIES:
        empty = build_world([], ClusterName("default"))
        assert compile_snapshot(empty, proxy).snapshot.of(xds.CLUSTER)


def test_origins_are_places_in_order_of_the_objects_that_are_written_somewhere() -> None:
    """An object without a place is left out, and so is a resource that the view lacks."""
    keys = [ObjectKey("", "Service", "n", name) for name in ("b", "a", "unplaced")]
    places = {key: Origin("f", 1) for key in keys[:2]}
    there, absent = (xds.CLUSTER, ResourceName("c")), (xds.CLUSTER, ResourceName("d"))
    made = snapshot_of([resource(xds.CLUSTER, ResourceName("c"), Cluster(name="c"))])
    origins = Origins(made, lambda: [(at, key) for at in (there, absent) for key in keys], places)
    assert [key.name for key, _ in origins[there]] == ["a", "b"]
    assert list(origins) == [there]
    assert absent not in origins


def test_the_baseline_of_a_mesh_counts_for_its_own_workloads_and_for_undeclared_hosts() -> None:
    """Its limits hold there as well; HTTP/2 is not chosen for those who did not ask for it."""
    mesh = MeshSettings(
        connect_timeout=timedelta(seconds=2),
        h2_upgrade_policy="UPGRADE",
        default_traffic_policy=DefaultTrafficPolicy(
            connection_pool=ConnectionPool(tcp=TCPSettings(max_connections=7))
        ),
    )
    proxy = Proxy(ProxyType.SIDECAR, "default", labels={"app": "web"})
    snapshot = compile_snapshot(world(service("web"), mesh), proxy).snapshot
    for name in ("PassthroughCluster", "inbound|80||"):
        built = Cluster.FromString(snapshot.of(xds.CLUSTER)[ResourceName(name)].body)
        assert built.connect_timeout.seconds == 2
        assert built.circuit_breakers.thresholds[0].max_connections.value == 7
        assert not built.typed_extension_protocol_options
