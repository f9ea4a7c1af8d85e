"""Messages merge as Istio merges patches."""

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.filters.http.cors.v3 import cors_pb2
from protogen.envoy.extensions.filters.http.lua.v3 import lua_pb2

from libs.envoy.anys import pack
from libs.envoy.merging import merge, merge_any


def test_scalars_replace_and_lists_are_appended() -> None:
    """What the patch does not say stays."""
    target = rc.VirtualHost(name="a", domains=["a"])
    merge(target, rc.VirtualHost(domains=["b"]))
    assert (target.name, list(target.domains)) == ("a", ["a", "b"])


def test_lists_replace_where_that_is_asked_for() -> None:
    """At every depth, and only lists that the patch has."""
    target = rc.VirtualHost(domains=["a"], request_headers_to_remove=["x"])
    merge(target, rc.VirtualHost(domains=["b"]), replace_lists=True)
    assert (list(target.domains), list(target.request_headers_to_remove)) == (["b"], ["x"])


def test_a_span_of_time_replaces_as_a_whole() -> None:
    """Seconds of one and nanoseconds of the other would be a time that nobody wrote."""
    target, patch = cluster_pb2.Cluster(), cluster_pb2.Cluster()
    target.connect_timeout.seconds = 10
    patch.connect_timeout.nanos = 250_000_000
    merge(target, patch)
    assert (target.connect_timeout.seconds, target.connect_timeout.nanos) == (0, 250_000_000)


def test_entries_of_maps_replace() -> None:
    """A filter's settings for a route are not mixed with the former ones."""
    target, patch = rc.Route(), rc.Route()
    target.typed_per_filter_config["lua"].CopyFrom(pack(lua_pb2.LuaPerRoute(disabled=True)))
    patch.typed_per_filter_config["lua"].CopyFrom(pack(lua_pb2.LuaPerRoute(name="a")))
    merge(target, patch)
    assert target.typed_per_filter_config["lua"] == patch.typed_per_filter_config["lua"]


def test_what_is_inside_an_any_merges_by_its_type() -> None:
    """Of another type it is left alone."""
    target = pack(lua_pb2.Lua(inline_code="a", stat_prefix="s"))
    assert merge_any(target, pack(lua_pb2.Lua(inline_code="b")))
    found = lua_pb2.Lua()
    assert target.Unpack(found)
    assert (found.inline_code, found.stat_prefix) == ("b", "s")
    assert not merge_any(target, pack(cors_pb2.Cors()))
    assert not merge_any(AnyMessage(), AnyMessage())


def test_transport_sockets_of_two_names_have_nothing_in_common() -> None:
    """The patch's is taken whole; of one name they merge."""
    target, patch = cluster_pb2.Cluster(), cluster_pb2.Cluster()
    target.transport_socket.name = "tls"
    target.transport_socket.typed_config.CopyFrom(pack(cors_pb2.Cors()))
    patch.transport_socket.name = "raw"
    merge(target, patch)
    assert target.transport_socket == patch.transport_socket
