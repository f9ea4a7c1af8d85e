"""Programs as filters."""

from google.protobuf.wrappers_pb2 import StringValue
from protogen.envoy.extensions.filters.http.wasm.v3 import wasm_pb2 as http_wasm_pb2
from protogen.envoy.extensions.filters.network.wasm.v3 import wasm_pb2 as network_wasm_pb2
from protogen.envoy.extensions.wasm.v3 import wasm_pb2

from libs.envoy.extension import Program, wasm_http, wasm_network

_PROGRAM = Program("a", "/a.wasm", "root", "{}", "FAIL_OPEN", {"A": "b"}, ["PATH"])


def test_a_module_is_told_what_it_needs() -> None:
    """Configuration is a text, variables are copied or passed on from the proxy's own."""
    config = http_wasm_pb2.Wasm()
    assert wasm_http(_PROGRAM).typed_config.Unpack(config)
    text = StringValue()
    assert config.config.configuration.Unpack(text)
    assert (text.value, config.config.root_id) == ("{}", "root")
    assert config.config.failure_policy == wasm_pb2.FAIL_OPEN
    variables = config.config.vm_config.environment_variables
    assert (dict(variables.key_values), list(variables.host_env_keys)) == ({"A": "b"}, ["PATH"])


def test_connections_have_a_filter_of_another_type() -> None:
    """The same module may run on either."""
    config = network_wasm_pb2.Wasm()
    assert wasm_network(_PROGRAM).typed_config.Unpack(config)
    assert config.config.vm_config.code.local.filename == "/a.wasm"
