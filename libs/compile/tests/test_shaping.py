"""What a mesh's settings change in finished resources."""

from datetime import timedelta

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.shaping import Shape, shape_of
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import service, world
from libs.envoy.hcm import FILTER_NAME
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.kernel.xds import Snapshot
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.proxy import ConnectionSettings, ProxySettings

SIDECAR = Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",), labels={"app": "web"})
EDGE = ConnectionSettings(profile="EDGE", http_idle_timeout=timedelta(seconds=1))


def _listener(snapshot: Snapshot, name: str) -> listener_pb2.Listener:
    return listener_pb2.Listener.FromString(snapshot.of(xds.LISTENER)[ResourceName(name)].body)


def _cluster(snapshot: Snapshot, name: str) -> cluster_pb2.Cluster:
    return cluster_pb2.Cluster.FromString(snapshot.of(xds.CLUSTER)[ResourceName(name)].body)


def test_a_mesh_without_settings_changes_nothing() -> None:
    """So nothing has to be read again."""
    assert shape_of(MeshConfig(), SIDECAR) == Shape(None, None, None, None)
    assert not shape_of(MeshConfig(), SIDECAR).kinds


def test_the_profile_of_the_edge_is_for_gateways_and_gives_way_to_what_is_written() -> None:
    """A sidecar keeps its own defaults."""
    mesh = MeshConfig(default_config=ProxySettings(connection_settings=EDGE))
    assert shape_of(mesh, SIDECAR).bounds == EDGE
    bounds = shape_of(mesh, Proxy(ProxyType.ROUTER, "default")).bounds
    assert bounds is not None
    assert bounds.http_idle_timeout == timedelta(seconds=1)
    assert bounds.http_max_concurrent_streams == 100


def test_buffers_of_listeners_and_of_outbound_clusters_are_bounded() -> None:
    """Each by its own figure."""
    bounds = ConnectionSettings(
        listener_per_connection_buffer_limit_bytes=1, cluster_per_connection_buffer_limit_bytes=2
    )
    mesh = MeshConfig(default_config=ProxySettings(connection_settings=bounds))
    found = compile_snapshot(world(service("web"), mesh), SIDECAR).snapshot
    assert _listener(found, "0.0.0.0_80").per_connection_buffer_limit_bytes.value == 1
    web = _cluster(found, "outbound|80||web.default.svc.cluster.local")
    assert web.per_connection_buffer_limit_bytes.value == 2
    passing = _cluster(found, "PassthroughCluster")
    assert not passing.HasField("per_connection_buffer_limit_bytes")


def test_listeners_that_guess_wait_as_long_as_the_mesh_says() -> None:
    """By default they wait for ever, and then none of them ends a connection."""
    for timeout, seconds in ((None, 0), (timedelta(seconds=3), 3)):
        mesh = MeshConfig(protocol_detection_timeout=timeout)
        snapshot = compile_snapshot(world(service("web", "{port: 80}"), mesh), SIDECAR).snapshot
        built = _listener(snapshot, "0.0.0.0_80")
        assert built.listener_filters_timeout.seconds == seconds
        assert built.continue_on_listener_filters_timeout
        assert built.filter_chains[0].filters[0].name == FILTER_NAME
