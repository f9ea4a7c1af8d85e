"""Programs that a proxy runs on its requests and connections: Lua and WebAssembly."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from google.protobuf.wrappers_pb2 import StringValue
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.http.lua.v3 import lua_pb2
from protogen.envoy.extensions.filters.http.wasm.v3 import wasm_pb2 as http_wasm_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.wasm.v3 import wasm_pb2 as network_wasm_pb2
from protogen.envoy.extensions.wasm.v3 import wasm_pb2

from libs.envoy.anys import pack

_RUNTIME: Final = "envoy.wasm.runtime.v8"
FAILURES: Final = {
    "FAIL_CLOSE": wasm_pb2.FAIL_CLOSED,
    "FAIL_OPEN": wasm_pb2.FAIL_OPEN,
    "FAIL_RELOAD": wasm_pb2.FAIL_RELOAD,
}
"""What happens to requests when the program has failed."""


@dataclass(frozen=True, slots=True)
class Program:
    """A WebAssembly module in a file of the proxy's machine.

    `root` names the plugin inside the module, `config` is given to it as text. `env` are variables
    with their values, `host_env` names of variables of the proxy's own.
    """

    name: str
    file: str
    root: str = ""
    config: str = ""
    on_failure: str = "FAIL_CLOSE"
    env: Mapping[str, str] = field(default_factory=dict)
    host_env: Sequence[str] = ()


def lua(name: str, code: str) -> hcm_pb2.HttpFilter:
    """Return a filter that runs Lua code on requests and answers."""
    config = lua_pb2.Lua(default_source_code=base_pb2.DataSource(inline_string=code))
    return hcm_pb2.HttpFilter(name=name, typed_config=pack(config))


def wasm_http(program: Program) -> hcm_pb2.HttpFilter:
    """Return a filter that runs a module on requests and answers."""
    config = http_wasm_pb2.Wasm(config=_plugin(program))
    return hcm_pb2.HttpFilter(name=program.name, typed_config=pack(config))


def wasm_network(program: Program) -> lc.Filter:
    """Return a filter that runs a module on connections."""
    config = network_wasm_pb2.Wasm(config=_plugin(program))
    return lc.Filter(name=program.name, typed_config=pack(config))


def _plugin(program: Program) -> wasm_pb2.PluginConfig:
    result = wasm_pb2.PluginConfig(
        name=program.name,
        root_id=program.root,
        failure_policy=FAILURES[program.on_failure],
        vm_config=wasm_pb2.VmConfig(runtime=_RUNTIME),
    )
    result.vm_config.code.local.filename = program.file
    if program.config:
        result.configuration.CopyFrom(pack(StringValue(value=program.config)))
    if program.env or program.host_env:
        variables = result.vm_config.environment_variables
        variables.key_values.update(program.env)
        variables.host_env_keys.extend(program.host_env)
    return result
