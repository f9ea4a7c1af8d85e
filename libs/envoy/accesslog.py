"""Access logs: to a file of the proxy, or to a service that is called over gRPC."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from protogen.envoy.config.accesslog.v3 import accesslog_pb2
from protogen.envoy.config.core.v3 import config_source_pb2
from protogen.envoy.extensions.access_loggers.file.v3 import file_pb2
from protogen.envoy.extensions.access_loggers.filters.cel.v3 import cel_pb2
from protogen.envoy.extensions.access_loggers.grpc.v3 import als_pb2
from protogen.envoy.extensions.access_loggers.open_telemetry.v3 import logs_service_pb2

from libs.envoy.anys import pack
from libs.envoy.tracing import Collector, grpc_service

AccessLog = accesslog_pb2.AccessLog
_NO_CHAIN: Final = "NR"
_CEL: Final = "envoy.access_loggers.extension_filters.cel"

FIELDS: Final = {
    "start_time": "%START_TIME%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "response_code": "%RESPONSE_CODE%",
    "response_flags": "%RESPONSE_FLAGS%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
    "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "duration": "%DURATION%",
    "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
    "user_agent": "%REQ(USER-AGENT)%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "authority": "%REQ(:AUTHORITY)%",
    "upstream_host": "%UPSTREAM_HOST%",
    "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
    "upstream_local_address": "%UPSTREAM_LOCAL_ADDRESS%",
    "downstream_local_address": "%DOWNSTREAM_LOCAL_ADDRESS%",
    "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    "requested_server_name": "%REQUESTED_SERVER_NAME%",
    "route_name": "%ROUTE_NAME%",
}
"""What a line has where nobody says it, under Istio's names and in its order."""

_QUOTED: Final = (
    "upstream_transport_failure_reason",
    "x_forwarded_for",
    "user_agent",
    "request_id",
    "authority",
    "upstream_host",
)
_REQUEST: Final = ("start_time", "method", "path", "protocol")


def default_text() -> str:
    """Return the form of a line of text where nobody says it, which tools for Istio read."""
    start, *request = (FIELDS[name] for name in _REQUEST)
    rest = (
        f'"{value}"' if name in _QUOTED else value
        for name, value in FIELDS.items()
        if name not in _REQUEST
    )
    return f'[{start}] "{" ".join(request)}" {" ".join(rest)}\n'


@dataclass(frozen=True, slots=True)
class Form:
    """The form of a line: a text, or a JSON object, `without_empty` without what is not there."""

    text: str = ""
    fields: Mapping[str, Any] | None = None
    without_empty: bool = False


def to_file(path: str, form: Form) -> AccessLog:
    """Return a log that is written to a file."""
    config = file_pb2.FileAccessLog(path=path)
    if form.fields is not None:
        ParseDict(_plain(form.fields), config.log_format.json_format)
    else:
        text = form.text if form.text.endswith("\n") else f"{form.text}\n"
        config.log_format.text_format_source.inline_string = text
    config.log_format.omit_empty_values = form.without_empty
    return _log("envoy.access_loggers.file", config)


@dataclass(frozen=True, slots=True)
class Service:
    """A service that takes logs under a name, with these objects of the filter state."""

    collector: Collector
    log_name: str
    filter_state: Sequence[str] = ()


def to_otlp(service: Service, body: str, attributes: Mapping[str, Any]) -> AccessLog:
    """Return a log that is sent by OTLP."""
    config = logs_service_pb2.OpenTelemetryAccessLogConfig(common_config=_common(service))
    config.disable_builtin_labels = False
    if body:
        config.body.string_value = body
    for key, value in attributes.items():
        config.attributes.values.add(key=key).value.string_value = str(value)
    return _log("envoy.access_loggers.open_telemetry", config)


def to_http_service(
    service: Service, request: Sequence[str], response: Sequence[str], trailers: Sequence[str]
) -> AccessLog:
    """Return a log of requests that is sent to Envoy's own log service, with more headers."""
    config = als_pb2.HttpGrpcAccessLogConfig(
        common_config=_common(service),
        additional_request_headers_to_log=request,
        additional_response_headers_to_log=response,
        additional_response_trailers_to_log=trailers,
    )
    return _log("envoy.access_loggers.http_grpc", config)


def to_tcp_service(service: Service) -> AccessLog:
    """Return a log of connections that is sent to Envoy's own log service."""
    config = als_pb2.TcpGrpcAccessLogConfig(common_config=_common(service))
    return _log("envoy.access_loggers.tcp_grpc", config)


def filtered(log: AccessLog, expression: str) -> AccessLog:
    """Return a log of those calls only for which a CEL expression is true."""
    condition = accesslog_pb2.AccessLogFilter()
    condition.extension_filter.name = _CEL
    config = cel_pb2.ExpressionFilter(expression=expression)
    condition.extension_filter.typed_config.CopyFrom(pack(config))
    return _where(log, condition)


def of_unmatched(log: AccessLog) -> AccessLog:
    """Return a log of a listener's connections that none of its chains takes."""
    flags = accesslog_pb2.ResponseFlagFilter(flags=[_NO_CHAIN])
    return _where(log, accesslog_pb2.AccessLogFilter(response_flag_filter=flags))


def _where(log: AccessLog, condition: accesslog_pb2.AccessLogFilter) -> AccessLog:
    """Add a condition to those that a log has."""
    result = AccessLog()
    result.CopyFrom(log)
    if log.HasField("filter"):
        both = accesslog_pb2.AndFilter(filters=[condition, log.filter])
        condition = accesslog_pb2.AccessLogFilter(and_filter=both)
    result.filter.CopyFrom(condition)
    return result


def _common(service: Service) -> als_pb2.CommonGrpcAccessLogConfig:
    return als_pb2.CommonGrpcAccessLogConfig(
        log_name=service.log_name,
        grpc_service=grpc_service(service.collector),
        transport_api_version=config_source_pb2.ApiVersion.V3,
        filter_state_objects_to_log=service.filter_state,
    )


def _log(name: str, config: Message) -> AccessLog:
    return AccessLog(name=name, typed_config=pack(config))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, tuple | list) else value
