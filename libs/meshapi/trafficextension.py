"""TrafficExtension: a filter of a proxy, in Lua or WebAssembly."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Alternatives, FreeForm, Model
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.targets import PolicyTargets
from libs.meshapi.texts import NonEmpty
from libs.meshapi.wasmplugin import (
    Checksum,
    FailStrategy,
    PluginName,
    PluginType,
    Priority,
    PullPolicy,
    SecretName,
    TrafficMatch,
    VmConfig,
)


class LuaExtension(Model):
    """A Lua program."""

    inline_code: Annotated[str, Field(min_length=1, max_length=65536)]


class WasmExtension(Model):
    """A WebAssembly module from `url`."""

    url: NonEmpty
    sha256: Checksum = ""
    image_pull_policy: PullPolicy = "UNSPECIFIED_POLICY"
    image_pull_secret: SecretName | None = None
    verification_key: str = ""
    plugin_config: FreeForm | None = None
    plugin_name: PluginName | None = None
    fail_strategy: FailStrategy = "FAIL_CLOSE"
    vm_config: VmConfig | None = None
    type: PluginType = "UNSPECIFIED_PLUGIN_TYPE"


class TrafficExtensionSpec(Model):
    """Exactly one of `lua` and `wasm`, for the selected workloads or targets."""

    ALTERNATIVES: ClassVar[Alternatives] = (("selector", "target_refs"), ("lua", "wasm"))

    selector: WorkloadSelector | None = None
    target_refs: PolicyTargets = ()
    phase: Literal["UNSPECIFIED", "AUTHN", "AUTHZ", "STATS"] = "UNSPECIFIED"
    priority: Priority | None = None
    match: tuple[TrafficMatch, ...] = ()
    lua: LuaExtension | None = None
    wasm: WasmExtension | None = None


class TrafficExtension(MeshObject):
    """extensions.istio.io TrafficExtension."""

    GROUP: ClassVar[str] = "extensions.istio.io"

    api_version: str = "extensions.istio.io/v1alpha1"
    kind: Literal["TrafficExtension"] = "TrafficExtension"
    metadata: Metadata
    spec: TrafficExtensionSpec
