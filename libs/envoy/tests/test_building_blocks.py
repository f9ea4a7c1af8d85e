"""Small constructors that have one decision each."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from libs.envoy import anys, configsource, hcm, listener, names, tcpproxy, wellknown
from libs.envoy.address import socket
from libs.envoy.cluster import bind_source, by_original_destination, fixed


def test_a_packed_message_comes_back() -> None:
    """Under the type URL that Envoy knows it by."""
    packed = anys.pack(Duration(seconds=3))
    assert packed.type_url == "type.googleapis.com/google.protobuf.Duration"
    inside = Duration()
    assert packed.Unpack(inside)
    assert inside.seconds == 3


def test_the_aggregated_stream_is_waited_for() -> None:
    """Absent, Envoy would give up after 15 seconds and serve without the resource."""
    source = configsource.aggregated()
    assert source.HasField("ads")
    assert source.HasField("initial_fetch_timeout")
    assert source.initial_fetch_timeout.ToTimedelta() == timedelta()


def test_zero_and_false_are_present() -> None:
    """Absent, both would mean Envoy's own default."""
    assert wellknown.uint32(0).SerializeToString() == wellknown.boolean(False).SerializeToString()
    assert wellknown.duration(timedelta(microseconds=1)).nanos == 1000


def test_names_are_those_that_the_field_knows() -> None:
    """As Istio's tools print them."""
    assert names.outbound_cluster("a.b.svc.c", 80, "v1") == "outbound|80|v1|a.b.svc.c"
    assert names.inbound_cluster(80) == "inbound|80||"
    assert names.gateway_route(80) == "http.80"


def test_only_a_gateway_believes_nobody_about_who_calls() -> None:
    """A sidecar's caller is the workload or another proxy of the mesh."""
    gateway = hcm.by_name("s", "r", hcm.Side.GATEWAY)
    sidecar = hcm.by_name("s", "r", hcm.Side.OUTBOUND)
    assert gateway.use_remote_address.value
    assert not sidecar.use_remote_address.value
    assert gateway.normalize_path.value
    assert sidecar.normalize_path.value


def test_a_listener_that_does_not_bind_says_so() -> None:
    """And one that binds says nothing, which is Envoy's default."""
    chain = listener.chain([tcpproxy.tcp_proxy("c")])
    where = socket("10.0.0.1", 80)
    assert not listener.listener("l", where, [chain], listener.OUTBOUND).HasField("bind_to_port")
    passive = listener.listener("l", where, [chain], listener.OUTBOUND, bind_to_port=False)
    assert passive.HasField("bind_to_port")
    assert not passive.bind_to_port.value


def test_a_cluster_without_endpoints_has_no_empty_locality() -> None:
    """An empty list of addresses is a cluster that refuses everything."""
    assert not fixed("c", []).HasField("load_assignment")
    assert len(fixed("c", [socket("10.0.0.1", 1)]).load_assignment.endpoints) == 1


def test_a_source_address_leaves_the_port_to_the_system() -> None:
    """Redirection knows the proxy's own calls by that address."""
    cluster = by_original_destination("c")
    bind_source(cluster, "127.0.0.6")
    source = cluster.upstream_bind_config.source_address
    assert (source.address, source.port_value) == ("127.0.0.6", 0)
