"""Connection managers as a mesh wants them: paths, headers, bounds, what is before a gateway."""

from typing import Final

from protogen.envoy.config.core.v3 import protocol_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy import hcm
from libs.envoy.hcm import Side
from libs.envoy.http1 import keep_case
from libs.envoy.wellknown import boolean, duration, uint32
from libs.meshapi.meshconfig.config import PathNormalization
from libs.meshapi.meshconfig.proxy import (
    ClientCertDetails,
    ConnectionSettings,
    ForwardClientCert,
    ProxyHeaders,
    Topology,
)

Manager = hcm_pb2.HttpConnectionManager
_UNDERSCORES: Final = {
    "HEADERS_WITH_UNDERSCORES_ALLOW": protocol_pb2.HttpProtocolOptions.ALLOW,
    "HEADERS_WITH_UNDERSCORES_REJECT_REQUEST": protocol_pb2.HttpProtocolOptions.REJECT_REQUEST,
    "HEADERS_WITH_UNDERSCORES_DROP_HEADER": protocol_pb2.HttpProtocolOptions.DROP_HEADER,
}
_ESCAPED: Final = {
    "KEEP_UNCHANGED": Manager.KEEP_UNCHANGED,
    "REJECT_REQUEST": Manager.REJECT_REQUEST,
    "UNESCAPE_AND_REDIRECT": Manager.UNESCAPE_AND_REDIRECT,
    "UNESCAPE_AND_FORWARD": Manager.UNESCAPE_AND_FORWARD,
}
_FORWARDED: Final = {
    "SANITIZE": Manager.SANITIZE,
    "FORWARD_ONLY": Manager.FORWARD_ONLY,
    "APPEND_FORWARD": Manager.APPEND_FORWARD,
    "SANITIZE_SET": Manager.SANITIZE_SET,
    "ALWAYS_FORWARD_ONLY": Manager.ALWAYS_FORWARD_ONLY,
}
_TELLING: Final = frozenset({"APPEND_FORWARD", "SANITIZE_SET"})
_WHOLE: Final = ClientCertDetails(subject=True, cert=True, chain=True, dns=True, uri=True)
_SUBJECT: Final = ClientCertDetails(subject=True, dns=True, uri=True)


def normalise(manager: Manager, paths: PathNormalization) -> None:
    """Set how paths are normalised before anything looks at them."""
    manager.normalize_path.value = paths.normalization != "NONE"
    manager.merge_slashes = "MERGE_SLASHES" in paths.normalization
    if paths.normalization == "DECODE_AND_MERGE_SLASHES":
        manager.path_with_escaped_slashes_action = Manager.UNESCAPE_AND_FORWARD


def bound(manager: Manager, bounds: ConnectionSettings) -> None:
    """Set the bounds that are written; they beat what the mesh says of paths."""
    _times(manager, bounds)
    shared, http2 = manager.common_http_protocol_options, manager.http2_protocol_options
    for field, count in (
        (http2.max_concurrent_streams, bounds.http_max_concurrent_streams),
        (http2.initial_stream_window_size, bounds.http2_initial_stream_window_size),
        (http2.initial_connection_window_size, bounds.http2_initial_connection_window_size),
    ):
        if count is not None:
            field.CopyFrom(uint32(count))
    underscores = _UNDERSCORES.get(bounds.http_headers_with_underscores_action)
    if underscores is not None:
        shared.headers_with_underscores_action = underscores
    if bounds.http_merge_slashes is not None:
        manager.merge_slashes = bounds.http_merge_slashes
    escaped = _ESCAPED.get(bounds.http_path_with_escaped_slashes_action)
    if escaped is not None:
        manager.path_with_escaped_slashes_action = escaped


def _times(manager: Manager, bounds: ConnectionSettings) -> None:
    shared = manager.common_http_protocol_options
    for field, time in (
        (shared.idle_timeout, bounds.http_idle_timeout),
        (shared.max_connection_duration, bounds.http_max_connection_duration),
        (shared.max_stream_duration, bounds.http_max_stream_duration),
        (manager.stream_idle_timeout, bounds.http_stream_idle_timeout),
        (manager.request_timeout, bounds.http_request_timeout),
        (manager.request_headers_timeout, bounds.http_request_headers_timeout),
        (manager.drain_timeout, bounds.http_drain_timeout),
    ):
        if time is not None:
            field.CopyFrom(duration(time))


def place(manager: Manager, topology: Topology) -> None:
    """Tell a gateway what stands before it."""
    manager.xff_num_trusted_hops = topology.num_trusted_proxies
    _forward(manager, topology.forward_client_cert_details, _WHOLE)


def head(manager: Manager, headers: ProxyHeaders, side: Side) -> None:
    """Set or leave out the headers that a proxy adds by itself."""
    if side is Side.INBOUND:
        told = headers.set_current_client_cert_details or _SUBJECT
        _forward(manager, headers.forwarded_client_cert, told)
    if headers.request_id is not None and headers.request_id.disabled:
        manager.generate_request_id.CopyFrom(boolean(False))
    _name(manager, headers)
    if headers.envoy_debug_headers is not None and headers.envoy_debug_headers.disabled:
        hcm.suppress_own_headers(manager)
    if headers.preserve_http1_header_case:
        keep_case(manager.http_protocol_options)
    if headers.x_forwarded_port is not None and headers.x_forwarded_port.enabled:
        manager.append_x_forwarded_port = True


def _name(manager: Manager, headers: ProxyHeaders) -> None:
    server = headers.server
    if server is not None and server.disabled:
        manager.ClearField("server_name")
        manager.server_header_transformation = Manager.PASS_THROUGH
    elif server is not None and server.value:
        manager.server_name = server.value


def _forward(manager: Manager, written: ForwardClientCert, told: ClientCertDetails) -> None:
    """Set what is said of a client's certificate, and which parts of it."""
    if written == "UNDEFINED":
        return
    manager.forward_client_cert_details = _FORWARDED[written]
    manager.ClearField("set_current_client_cert_details")
    if written in _TELLING:
        details = manager.set_current_client_cert_details
        details.subject.CopyFrom(boolean(told.subject is True))
        details.cert, details.chain = told.cert is True, told.chain is True
        details.dns, details.uri = told.dns is True, told.uri is True
