"""HTTP/1.1 as a connection speaks it."""

from typing import Final

from protogen.envoy.config.core.v3 import protocol_pb2
from protogen.envoy.extensions.http.header_formatters.preserve_case.v3 import preserve_case_pb2

from libs.envoy.anys import pack

_NAME: Final = "preserve_case"


def keep_case(options: protocol_pb2.Http1ProtocolOptions) -> None:
    """Write the names of headers as they came; clients and endpoints need it both."""
    formatter = options.header_key_format.stateful_formatter
    formatter.name = _NAME
    formatter.typed_config.CopyFrom(pack(preserve_case_pb2.PreserveCaseFormatterConfig()))
