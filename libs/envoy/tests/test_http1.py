"""HTTP/1.1 as a connection speaks it."""

from protogen.envoy.config.core.v3 import protocol_pb2

from libs.envoy.http1 import keep_case


def test_names_of_headers_keep_their_case_by_a_formatter_that_remembers_it() -> None:
    """Envoy writes them in lower case by itself."""
    options = protocol_pb2.Http1ProtocolOptions()
    keep_case(options)
    assert options.header_key_format.stateful_formatter.name == "preserve_case"
