"""Which kinds and fields have no effect yet. A release that acts on one deletes its row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from libs.meshapi.base import Model
from libs.meshapi.deployment import Deployment
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.gatewayapi import gateway as gatewayapi
from libs.meshapi.gatewayapi.backendtlspolicy import BackendTLSPolicy
from libs.meshapi.gatewayapi.gatewayclass import GatewayClass
from libs.meshapi.gatewayapi.grpcroute import GRPCRoute
from libs.meshapi.gatewayapi.httproute import HTTPRoute
from libs.meshapi.gatewayapi.referencegrant import ReferenceGrant
from libs.meshapi.gatewayapi.tcproute import TCPRoute
from libs.meshapi.gatewayapi.tlsroute import TLSRoute
from libs.meshapi.kinds import MODELS
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.proxy import ProxySettings
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod
from libs.meshapi.problems import Path
from libs.meshapi.rollout import Rollout
from libs.meshapi.schema import attribute_of, model_inside, name_of
from libs.meshapi.serviceaccount import ServiceAccount
from libs.meshapi.workloadgroup import WorkloadGroup

_TRAFFIC_POLICY = ("retryBudget.budgetInterval",)
"""Envoy's messages, as far as they are published for Python, have no field for it."""

_FETCHED = ("imagePullPolicy", "imagePullSecret", "sha256", "verificationKey")
"""Fields about a module that is fetched; here it is a file of the proxy's machine."""

_PROVIDERS = (
    "datadog",
    "lightstep",
    "opencensus",
    "opentelemetry.dynatraceSampler",
    "opentelemetry.resourceDetectors",
    "opentelemetry.serviceAttributeEnrichment",
    "prometheus",
    "sds",
    "skywalking",
    "stackdriver",
    "zipkin.headers",
    "zipkin.timeout",
)
"""Providers that nothing asks, and settings of those that are asked."""

_ACTING = (
    "concurrency",
    "connectionSettings",
    "gatewayTopology",
    "proxyHeaders",
    "proxyMetadata",
    "tracing",
    "zipkinAddress",
)
_DEFAULT_CONFIG = (
    *(
        name_of(info, name)
        for name, info in ProxySettings.model_fields.items()
        if name_of(info, name) not in _ACTING
    ),
    "connectionSettings.globalDownstreamConnectionLimit",  # of the whole process
    "connectionSettings.listenerConnectionLimit",  # runtime, which the process is started with
    "proxyHeaders.metadataExchangeHeaders",  # no filter here exchanges metadata
    *(
        f"tracing.{name}"
        for name in (
            "datadog",
            "lightstep",
            "openCensusAgent",
            "stackdriver",
            "tlsSettings",
        )
    ),
)
"""Settings of a proxy's process, which is started by others."""

MESH_CONFIG = (
    "ca",
    "caCertificates",
    "certificates",
    "configSources",
    *(f"defaultConfig.{name}" for name in _DEFAULT_CONFIG),
    "defaultProviders.metrics",  # made by a filter of Istio's own build of Envoy
    "disableEnvoyListenerLog",
    "discoverySelectors",
    "enableEnvoyAccessLogService",  # its cluster is one of the bootstrap; a provider acts
    "enablePrometheusMerge",  # of the agent beside a proxy
    *(f"extensionProviders[].{name}" for name in _PROVIDERS),
    "hboneIdleTimeout",  # of ambient mode
    "ingressClass",
    "ingressControllerMode",
    "ingressSelector",
    "ingressService",
    "proxyHttpPort",
    "serviceEntryVisibility",
    "serviceScopeConfigs",
    "serviceSettings",
    "tlsDefaults.minProtocolVersion",  # Istio takes it for the mesh's own TLS only
)
"""Fields of MeshConfig, as Fleet holds it and as a file of its own does."""

NO_EFFECT: Mapping[str, tuple[str, ...]] = {
    "VirtualService": (
        "spec.http[].fault.abort.http2Error",  # Istio leaves such faults out
        "spec.http[].fault.delay.exponentialDelay",  # Istio leaves such faults out
        "spec.tcp[].match[].sourceSubnet",  # Istio reads it and never matches by it
    ),
    "DestinationRule": (
        *(f"spec.subsets[].trafficPolicy.{name}" for name in _TRAFFIC_POLICY),
        *(f"spec.trafficPolicy.{name}" for name in _TRAFFIC_POLICY),
    ),
    "EnvoyFilter": (
        # Istio's reference says that it is not implemented there: such a patch is for every port.
        "spec.configPatches[].match.listener.portName",
    ),
    "Gateway": (
        "spec.servers[].defaultEndpoint",  # Istio hides it: gateways have no workload
        "spec.servers[].port.targetPort",  # the Service in front of a gateway says it
    ),
    "Sidecar": (
        "spec.egress[].port.targetPort",  # of the ServiceEntry
        "spec.ingress[].port.targetPort",  # `defaultEndpoint` says it
    ),
    "Service": (
        "spec.sessionAffinity",  # of kube-proxy; a mesh has consistentHash
    ),
    "EndpointSlice": ("endpoints[].hints",),  # of kube-proxy; trafficDistribution acts itself
    "Fleet": (
        *(f"spec.mesh.{name}" for name in MESH_CONFIG),
        "spec.rollout",
    ),
    "ProxyConfig": ("spec.image",),
    # Istio's metrics are made by a filter of its own build of Envoy.
    "Telemetry": ("spec.metrics", "spec.tracing[].disableContextPropagation"),
    "TrafficExtension": tuple(f"spec.wasm.{name}" for name in _FETCHED),
    "WasmPlugin": tuple(f"spec.{name}" for name in _FETCHED),
    "Cluster": (
        "spec.connection.context",
        "spec.connection.kubeconfigSecret",
        "spec.podCIDRs",
        "spec.serviceCIDRs",
    ),
}
"""Dotted paths by kind, in the names that users write; `[]` stands for every item of a list."""


KINDS_WITHOUT_EFFECT: frozenset[type[MeshObject]] = frozenset(
    {
        BackendTLSPolicy,
        Deployment,
        Endpoints,
        gatewayapi.Gateway,
        GatewayClass,
        GRPCRoute,
        HTTPRoute,
        Namespace,
        Node,
        Pod,
        ReferenceGrant,
        Rollout,
        ServiceAccount,
        TCPRoute,
        TLSRoute,
        WorkloadGroup,
    }
)
"""Kinds of which nothing has an effect yet."""


@dataclass(slots=True)
class _Branch:
    """A level of the table; a branch without branches is a field that has no effect."""

    name: str = ""
    default: object = None
    branches: dict[str, "_Branch"] = field(default_factory=dict)


def _tree(model: type[Model], paths: tuple[str, ...]) -> _Branch:
    root = _Branch()
    for path in paths:
        _grow(root, model, path.replace("[]", "").split("."))
    return root


def _grow(branch: _Branch, model: type[Model], names: list[str]) -> None:
    """Add one path, by attribute, so that a look at an object needs no names."""
    name, *rest = names
    attribute = attribute_of(model, name)
    info = model.model_fields[attribute]
    default = info.get_default(call_default_factory=True)
    below = branch.branches.setdefault(attribute, _Branch(name, default))
    if rest:
        _grow(below, model_inside(info.annotation), rest)


_TREES = {
    model: _tree(model, NO_EFFECT[model.__name__])
    for model in MODELS
    if model.__name__ in NO_EFFECT and model not in KINDS_WITHOUT_EFFECT
}


_MESH_TREE = _tree(MeshConfig, MESH_CONFIG)


def fields_without_effect(obj: MeshObject) -> Iterator[Path]:
    """Find the fields that `obj` sets to something else than their default, for nothing."""
    tree = _TREES.get(type(obj))
    if tree is not None:
        yield from _in_model(obj, tree, ())


def settings_without_effect(config: MeshConfig) -> Iterator[Path]:
    """Find the settings of a mesh that stand in a file of their own, for nothing."""
    yield from _in_model(config, _MESH_TREE, ())


def _in_model(model: Model, branch: _Branch, path: Path) -> Iterator[Path]:
    written = model.model_fields_set
    for attribute, below in branch.branches.items():
        if attribute not in written:
            continue
        value = getattr(model, attribute)
        if below.branches:
            yield from _in_value(value, below, (*path, below.name))
        elif value != below.default:
            yield (*path, below.name)


def _in_value(value: object, branch: _Branch, path: Path) -> Iterator[Path]:
    if isinstance(value, Model):
        yield from _in_model(value, branch, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _in_value(item, branch, (*path, index))
