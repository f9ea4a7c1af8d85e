"""Resources that hold what fingerprints have to get right: maps, Any, wrappers, oneofs, order."""

import random  # noqa: TID251 - the caller's, seeded

from google.protobuf import struct_pb2
from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2, route_pb2
from protogen.envoy.extensions.filters.http.cors.v3 import cors_pb2
from protogen.envoy.extensions.filters.http.fault.v3 import fault_pb2
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2
from protogen.envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2

TABLE = "table"
_WORDS = ("a", "b", "canary", "v1", "v2", "x-team", "größe", "")


def resource(source: random.Random) -> Message:
    """Return a route configuration, a cluster or a listener."""
    return source.choice((_table, _cluster, _listener))(source)


def _table(source: random.Random) -> route_pb2.RouteConfiguration:
    made = route_pb2.RouteConfiguration(name=TABLE)
    made.internal_only_headers.extend(["x-b", "x-a"])
    for number in range(source.randint(1, 20)):
        host = made.virtual_hosts.add(name=f"h{number}", domains=[f"h{number}", f"h{number}.a"])
        for index in range(source.randint(0, 3)):
            _route(host.routes.add(name=f"r{index}"), source)
    return made


def _route(made: route_components_pb2.Route, source: random.Random) -> None:
    if source.random() < 0.5:
        made.match.prefix = "/a"
    else:
        made.match.path = "/a"
    made.match.headers.add(name="x").string_match.exact = source.choice(_WORDS)
    made.match.runtime_fraction.default_value.numerator = source.randint(0, 100)
    made.response_headers_to_remove.extend(["x-1", "x-2"])
    made.metadata.CopyFrom(_metadata(source))
    made.typed_per_filter_config["envoy.filters.http.fault"].Pack(_fault(source))
    made.typed_per_filter_config["envoy.filters.http.cors"].Pack(cors_pb2.CorsPolicy())
    if source.random() < 0.2:
        made.direct_response.status = source.choice((200, 503))
        return
    for name in ("one", "two"):
        one = made.route.weighted_clusters.clusters.add(name=name)
        one.weight.value = source.randint(1, 3)
        one.metadata_match.CopyFrom(_metadata(source))
    made.route.timeout.seconds = source.randint(0, 2)
    made.route.retry_policy.retriable_status_codes.extend([503, 429, 500])
    made.route.retry_policy.num_retries.value = source.randint(0, 1)


def _fault(source: random.Random) -> fault_pb2.HTTPFault:
    made = fault_pb2.HTTPFault()
    made.abort.http_status = source.choice((500, 503))
    made.abort.percentage.numerator = source.randint(0, 5)
    made.filter_metadata.update({"x": 1, "y": None, "a": ["t", 2.5, {"k": False}]})
    return made


def _metadata(source: random.Random) -> base_pb2.Metadata:
    made = base_pb2.Metadata()
    for name in source.sample(("z", "envoy.lb", "a"), 2):
        made.filter_metadata[name].update(
            {source.choice(_WORDS): 1, "n": {"q": "t", "b": None}, "l": [True, -0.0, "s"]}
        )
    nested = struct_pb2.Struct()
    nested.update({"k": source.randint(0, 2), "j": {"y": 2, "x": 3}})
    made.typed_filter_metadata["own"].Pack(nested)
    made.typed_filter_metadata["other"].type_url = "type.googleapis.com/not.Known"
    made.typed_filter_metadata["other"].value = b"\x0a\x01a"
    return made


def _cluster(source: random.Random) -> cluster_pb2.Cluster:
    made = cluster_pb2.Cluster(name="measured", type=cluster_pb2.Cluster.STATIC)
    made.connect_timeout.nanos = source.randint(1, 9) * 1000000
    made.load_assignment.cluster_name = "measured"
    for zone in ("one", "two"):
        place = made.load_assignment.endpoints.add()
        place.locality.zone = zone
        for last in range(source.randint(0, 3)):
            end = place.lb_endpoints.add()
            address = end.endpoint.address.socket_address
            address.address, address.port_value = f"10.0.0.{last}", 80
            end.metadata.CopyFrom(_metadata(source))
    limit = made.circuit_breakers.thresholds.add()
    limit.max_connections.value = source.choice((0, 5))
    limit.track_remaining = bool(source.randint(0, 1))
    made.outlier_detection.consecutive_5xx.value = 3
    made.metadata.CopyFrom(_metadata(source))
    options = http_protocol_options_pb2.HttpProtocolOptions()
    options.explicit_http_config.http2_protocol_options.max_concurrent_streams.value = 100
    key = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions"
    made.typed_extension_protocol_options[key].Pack(options)
    return made


def _listener(source: random.Random) -> listener_pb2.Listener:
    made = listener_pb2.Listener(name="measured")
    made.bind_to_port.value = False
    made.address.socket_address.address = "127.0.0.1"
    made.address.socket_address.port_value = 15001
    made.metadata.CopyFrom(_metadata(source))
    for number in range(source.randint(1, 3)):
        chain = made.filter_chains.add(name=f"c{number}")
        chain.filter_chain_match.destination_port.value = 80 + number
        prefix = chain.filter_chain_match.source_prefix_ranges.add(address_prefix="10.0.0.0")
        prefix.prefix_len.value = source.choice((0, 8))
        proxy = tcp_proxy_pb2.TcpProxy(stat_prefix=source.choice(("a", "b")), cluster="one")
        proxy.metadata_match.CopyFrom(_metadata(source))
        chain.filters.add(name="tcp").typed_config.Pack(proxy)
    made.per_connection_buffer_limit_bytes.value = source.choice((0, 1024))
    return made
