"""WasmPlugin: a WebAssembly filter of a proxy."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Alternatives, FreeForm, Model, Port
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.targets import PolicyTarget, PolicyTargets
from libs.meshapi.texts import NonEmpty

FailStrategy = Literal["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"]
PullPolicy = Literal["UNSPECIFIED_POLICY", "IfNotPresent", "Always"]
PluginType = Literal["UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"]
TrafficMode = Literal["UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER"]
Priority = Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
SecretName = Annotated[str, Field(min_length=1, max_length=253)]
PluginName = Annotated[str, Field(min_length=1, max_length=256)]
Checksum = Annotated[str, Field(pattern=patterns.SHA256)]


class PluginVariable(Model):
    """A variable of the plugin's environment; from the host's it takes no value."""

    name: Annotated[str, Field(min_length=1, max_length=256)]
    value_from: Literal["INLINE", "HOST"] = "INLINE"
    value: Annotated[str, Field(max_length=2048)] = ""


class VmConfig(Model):
    """The virtual machine that runs the plugin."""

    env: Annotated[tuple[PluginVariable, ...], Field(max_length=256)] = ()


class TrafficPort(Model):
    """A port of the traffic."""

    number: Port


class TrafficMatch(Model):
    """Traffic that the filter sees, by side and port."""

    mode: TrafficMode = "UNDEFINED"
    ports: tuple[TrafficPort, ...] = ()


class WasmPluginSpec(Model):
    """A plugin from `url`, for the selected workloads or targets; one selection at most."""

    ALTERNATIVES: ClassVar[Alternatives] = (("selector", "target_ref", "target_refs"),)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTarget | None = None
    target_refs: PolicyTargets = ()
    url: NonEmpty
    sha256: Checksum = ""
    image_pull_policy: PullPolicy = "UNSPECIFIED_POLICY"
    image_pull_secret: SecretName | None = None
    verification_key: str = ""
    plugin_config: FreeForm | None = None
    plugin_name: PluginName | None = None
    phase: Literal["UNSPECIFIED_PHASE", "AUTHN", "AUTHZ", "STATS"] = "UNSPECIFIED_PHASE"
    priority: Priority | None = None
    fail_strategy: FailStrategy = "FAIL_CLOSE"
    vm_config: VmConfig | None = None
    match: tuple[TrafficMatch, ...] = ()
    type: PluginType = "UNSPECIFIED_PLUGIN_TYPE"


class WasmPlugin(MeshObject):
    """extensions.istio.io WasmPlugin."""

    GROUP: ClassVar[str] = "extensions.istio.io"

    api_version: str = "extensions.istio.io/v1alpha1"
    kind: Literal["WasmPlugin"] = "WasmPlugin"
    metadata: Metadata
    spec: WasmPluginSpec
