"""How a mesh wants calls to be read: what its settings change in finished resources."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile import shapedmanagers as managers
from libs.compile.dressing import Manager, Spot, TcpProxy, dressed, side_of
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy import cluster, dynamicdns, listener
from libs.envoy.hcm import Side
from libs.envoy.http1 import keep_case
from libs.envoy.wellknown import uint32
from libs.kernel import xds
from libs.kernel.ids import TypeUrl
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshconfig.config import PathNormalization
from libs.meshapi.meshconfig.proxy import ConnectionSettings, ProxyHeaders, Topology

_EDGE: Final = {
    "listener_per_connection_buffer_limit_bytes": 32768,
    "cluster_per_connection_buffer_limit_bytes": 32768,
    "http_idle_timeout": timedelta(hours=1),
    "http_stream_idle_timeout": timedelta(minutes=5),
    "http_request_timeout": timedelta(minutes=5),
    "http_request_headers_timeout": timedelta(minutes=1),
    "http_max_concurrent_streams": 100,
    "http2_initial_stream_window_size": 65536,
    "http2_initial_connection_window_size": 1048576,
    "http_headers_with_underscores_action": "HEADERS_WITH_UNDERSCORES_REJECT_REQUEST",
    "http_merge_slashes": True,
    "http_path_with_escaped_slashes_action": "UNESCAPE_AND_REDIRECT",
}
"""What the profile of proxies at the edge of a mesh means, as Envoy advises."""

_OUTBOUND: Final = "outbound"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the settings change, None where they say nothing. `topology` is a gateway's."""

    paths: PathNormalization | None
    bounds: ConnectionSettings | None
    headers: ProxyHeaders | None
    topology: Topology | None
    detection_timeout: timedelta | None = None

    @property
    def kinds(self) -> frozenset[TypeUrl]:
        """Types of resources that may change."""
        found: set[TypeUrl] = set()
        if any((self.paths, self.bounds, self.headers, self.topology, self.detection_timeout)):
            found.add(xds.LISTENER)
        if self._counts_no_attempts or self._names_host:
            found |= {xds.LISTENER, xds.ROUTE}
        if self._keeps_case or self._cluster_buffer_bytes is not None:
            found.add(xds.CLUSTER)
        return frozenset(found)

    @property
    def _counts_no_attempts(self) -> bool:
        written = self.headers.attempt_count if self.headers else None
        return written is not None and written.disabled is True

    @property
    def _names_host(self) -> bool:
        written = self.headers.x_forwarded_host if self.headers else None
        return written is not None and written.enabled is True

    @property
    def _keeps_case(self) -> bool:
        return self.headers is not None and self.headers.preserve_http1_header_case is True

    @property
    def _cluster_buffer_bytes(self) -> int | None:
        return self.bounds.cluster_per_connection_buffer_limit_bytes if self.bounds else None

    def on(self, message: Message, proxy: Proxy) -> Message:
        """Return a resource as the settings want it."""
        if isinstance(message, listener_pb2.Listener):
            return self._on_listener(message, proxy)
        result = type(message)()
        result.CopyFrom(message)
        if isinstance(result, route_pb2.RouteConfiguration):
            self._on_routes(result)
        elif isinstance(result, cluster_pb2.Cluster) and result.name.startswith(_OUTBOUND):
            self._on_cluster(result)
        return result

    def _on_listener(self, message: listener_pb2.Listener, proxy: Proxy) -> listener_pb2.Listener:
        def dress(found: Manager | TcpProxy, spot: Spot) -> bool:
            if isinstance(found, Manager):
                self._on_manager(found, spot.side)
            return isinstance(found, Manager)

        result = listener_pb2.Listener()
        result.CopyFrom(dressed(message, proxy, dress))
        limit = self.bounds.listener_per_connection_buffer_limit_bytes if self.bounds else None
        if limit is not None:
            result.per_connection_buffer_limit_bytes.CopyFrom(uint32(limit))
        if self.detection_timeout and result.continue_on_listener_filters_timeout:
            listener.wait_for_first_bytes(result, self.detection_timeout)
        introduced = self.topology is not None and self.topology.proxy_protocol is not None
        if introduced and side_of(message, proxy) is Side.GATEWAY:
            listener.read_introduction(result)
        return result

    def _on_manager(self, manager: Manager, side: Side) -> None:
        if self.paths is not None:
            managers.normalise(manager, self.paths)
        if self.bounds is not None:
            managers.bound(manager, self.bounds)
        if self.topology is not None:
            managers.place(manager, self.topology)
        if self.headers is not None:
            managers.head(manager, self.headers, side)
        self._on_routes(manager.route_config)

    def _on_routes(self, routes: route_pb2.RouteConfiguration) -> None:
        for host in routes.virtual_hosts:
            if self._counts_no_attempts:
                host.include_request_attempt_count = False
            for one in host.routes if self._names_host else ():
                if one.HasField("route"):
                    one.route.append_x_forwarded_host = True

    def _on_cluster(self, built: cluster_pb2.Cluster) -> None:
        if self._cluster_buffer_bytes is not None:
            limit = uint32(self._cluster_buffer_bytes)
            built.per_connection_buffer_limit_bytes.CopyFrom(limit)
        if self._keeps_case:
            options = cluster.http_options(built)
            if options.HasField("explicit_http_config"):
                if options.explicit_http_config.HasField("http_protocol_options"):
                    keep_case(options.explicit_http_config.http_protocol_options)
            else:
                keep_case(options.use_downstream_protocol_config.http_protocol_options)
            cluster.set_http_options(built, options)
            dynamicdns.settle(built)


def shape_of(mesh: MeshSettings, proxy: Proxy) -> Shape:
    """Return what a mesh's settings change at a proxy; a gateway alone has a topology."""
    config = mesh.default_config
    at_edge = proxy.type is ProxyType.ROUTER
    return Shape(
        mesh.path_normalization,
        _bounds(config.connection_settings, at_edge=at_edge) if config else None,
        config.proxy_headers if config else None,
        config.gateway_topology if config and at_edge else None,
        mesh.protocol_detection_timeout,
    )


def _bounds(written: ConnectionSettings | None, *, at_edge: bool) -> ConnectionSettings | None:
    """Fill in what the profile of gateways says where nothing else is written."""
    if written is None or written.profile != "EDGE" or not at_edge:
        return written
    missing = {name: value for name, value in _EDGE.items() if getattr(written, name) in _UNSAID}
    return written.model_copy(update=missing)


_UNSAID: Final = (
    None,
    "HEADERS_WITH_UNDERSCORES_UNSPECIFIED",
    "PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED",
)
