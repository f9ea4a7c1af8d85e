"""Access logs and the forms of their lines."""

from google.protobuf.json_format import MessageToDict
from protogen.envoy.extensions.access_loggers.file.v3 import file_pb2
from protogen.envoy.extensions.access_loggers.filters.cel.v3 import cel_pb2
from protogen.envoy.extensions.access_loggers.open_telemetry.v3 import logs_service_pb2

from libs.envoy import accesslog
from libs.envoy.accesslog import Form, Service
from libs.envoy.tracing import Collector


def _file(form: Form) -> file_pb2.FileAccessLog:
    config = file_pb2.FileAccessLog()
    assert accesslog.to_file("/dev/stdout", form).typed_config.Unpack(config)
    return config


def test_a_line_ends_once() -> None:
    """A form without an end of its own gets one: lines would run together."""
    for text in ("a", "a\n"):
        assert _file(Form(text=text)).log_format.text_format_source.inline_string == "a\n"


def test_fields_make_an_object_of_each_line() -> None:
    """Inner objects stay what they are."""
    config = _file(Form(fields={"a": {"b": "%PATH%"}}, without_empty=True)).log_format
    assert MessageToDict(config.json_format) == {"a": {"b": "%PATH%"}}
    assert config.omit_empty_values


def test_the_usual_line_has_every_usual_field() -> None:
    """Text and JSON say the same."""
    text = accesslog.default_text()
    assert all(value in text for value in accesslog.FIELDS.values())


def test_otlp_takes_a_body_and_attributes() -> None:
    """The service is called over its cluster."""
    service = Service(Collector("c", "h"), "log")
    config = logs_service_pb2.OpenTelemetryAccessLogConfig()
    assert accesslog.to_otlp(service, "%PATH%", {"k": "v"}).typed_config.Unpack(config)
    assert config.body.string_value == "%PATH%"
    assert [(one.key, one.value.string_value) for one in config.attributes.values] == [("k", "v")]
    assert config.common_config.grpc_service.envoy_grpc.cluster_name == "c"


def test_a_filter_is_an_expression() -> None:
    """The log that was given stays without it."""
    log = accesslog.to_file("/a", Form(text="a"))
    found, condition = accesslog.filtered(log, "response.code >= 400"), cel_pb2.ExpressionFilter()
    assert found.filter.extension_filter.typed_config.Unpack(condition)
    assert condition.expression == "response.code >= 400"
    assert not log.HasField("filter")
