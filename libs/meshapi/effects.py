"""Which kinds and fields have no effect, and why. A release that acts on one deletes its row."""

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
from libs.meshapi.quoting import path_text
from libs.meshapi.schema import attribute_of, model_inside, name_of
from libs.meshapi.serviceaccount import ServiceAccount
from libs.meshapi.workloadgroup import WorkloadGroup

NOT_YET = "nothing acts on it yet"
"""The reason of a field whose effect is still to be written."""

_PROCESS = "whoever starts the proxy's process sets it there"
_FETCHED = dict.fromkeys(
    ("imagePullPolicy", "imagePullSecret", "sha256", "verificationKey"),
    "nothing fetches modules; `url` names a file of the proxy's machine",
)
_GONE_TRACER = "Envoy has no such tracer any more; name an `opentelemetry` provider"
_METRICS = "Istio's metrics are made by a filter that only its own build of Envoy has"
_AMBIENT = "it is read in ambient mode only, and these proxies are sidecars and gateways"
_OWN_VARIABLES = "variables of the control plane are handed to no proxy; write `value`"
_HEADERS = (
    "zipkin.headers[]",
    "opentelemetry.http.headers[]",
    "opentelemetry.grpc.initialMetadata[]",
    "opentelemetry.dynatraceSampler.httpService.http.headers[]",
)

_ACTING = (
    "concurrency",
    "connectionSettings",
    "gatewayTopology",
    "meshId",
    "proxyHeaders",
    "proxyMetadata",
    "tracing",
    "tracingServiceName",
    "zipkinAddress",
)
_DEFAULT_CONFIG = {
    **{
        name_of(info, name): _PROCESS
        for name, info in ProxySettings.model_fields.items()
        if name_of(info, name) not in _ACTING
    },
    "connectionSettings.globalDownstreamConnectionLimit": _PROCESS,
    "connectionSettings.listenerConnectionLimit": _PROCESS,
    "privateKeyProvider": "released Envoys have no extension that signs by hardware",
    "proxyHeaders.metadataExchangeHeaders": "no filter here exchanges metadata by headers",
    **{f"tracing.{name}": _GONE_TRACER for name in ("lightstep", "openCensusAgent", "stackdriver")},
    "tracing.tlsSettings": "write a DestinationRule for the collector's host",
}

MESH_CONFIG: Mapping[str, str] = {
    "ca": "workloads get certificates from the authority that `periplus ca` sets up",
    "caCertificates": "the roots of the mesh are those of the authority that `periplus ca` sets up",
    "certificates": "Istio itself makes no certificates for DNS names any more",
    "configSources": "configuration comes from git, and services from clusters",
    **{f"defaultConfig.{name}": why for name, why in _DEFAULT_CONFIG.items()},
    "defaultProviders.metrics": _METRICS,
    "enableEnvoyAccessLogService": "name an `envoyHttpAls` or `envoyTcpAls` provider instead",
    "enablePrometheusMerge": "no process beside the proxy collects an application's metrics",
    **{
        f"extensionProviders[].{name}": _GONE_TRACER
        for name in ("lightstep", "opencensus", "stackdriver")
    },
    **{f"extensionProviders[].{name}.envName": _OWN_VARIABLES for name in _HEADERS},
    "extensionProviders[].prometheus": _METRICS,
    "extensionProviders[].sds": "secrets come from this control plane and from agents alone",
    "hboneIdleTimeout": _AMBIENT,
    "ingressClass": "an Ingress is read where its class is `istio`",
    "ingressControllerMode": "an Ingress is read where its class is `istio`, and no other one",
    "ingressSelector": (
        "the Gateway of converted Ingresses is for proxies with the label `istio: ingressgateway`"
    ),
    "ingressService": "nothing writes addresses into the status of Ingresses",
    "serviceScopeConfigs": _AMBIENT,
    "tlsDefaults.minProtocolVersion": "Istio takes curves and cipher suites from here, no version",
}
"""Fields of MeshConfig, as Fleet holds it and as a file of its own does."""

_UNASKED = "nobody asks such a gate yet, so it stays closed"
_STRATEGY: Mapping[str, str] = {
    "changes.effects": "a change of whatever effect is meant",
    **{
        f"{at}gates[].{name}": _UNASKED
        for at in ("", "waves[].")
        for name in ("envoyStats", "witnesses")
    },
}
"""What a strategy may say and nobody acts on."""

NO_EFFECT: Mapping[str, Mapping[str, str]] = {
    "VirtualService": {
        "spec.http[].fault.abort.http2Error": "Istio leaves such faults out; write `httpStatus`",
        "spec.http[].fault.delay.exponentialDelay": (
            "Istio leaves such faults out; write `fixedDelay`"
        ),
        "spec.tcp[].match[].sourceSubnet": "Istio reads it and never matches by it",
    },
    "EnvoyFilter": {
        "spec.configPatches[].match.listener.portName": (
            "Istio never looks at it, so the patch is for every port; write `portNumber`"
        ),
    },
    "Gateway": {
        "spec.servers[].name": "Istio reads it and uses it for nothing",
        "spec.servers[].defaultEndpoint": "gateways have no workload of their own",
        "spec.servers[].port.targetPort": "the Service in front of the gateway says it",
    },
    "Sidecar": {
        "spec.egress[].port.targetPort": "the ServiceEntry says it",
        "spec.ingress[].port.targetPort": "`defaultEndpoint` says it",
    },
    "Service": {
        "spec.sessionAffinity": (
            "kube-proxy acts on it, which no call of a proxy goes through; write a "
            "DestinationRule with `consistentHash`"
        ),
    },
    "EndpointSlice": {
        "endpoints[].hints": "kube-proxy acts on them; proxies act on `trafficDistribution`",
    },
    "Fleet": {
        **{f"spec.mesh.{name}": why for name, why in MESH_CONFIG.items()},
        **{f"spec.rollout.{name}": why for name, why in _STRATEGY.items()},
    },
    "Rollout": {f"spec.{name}": why for name, why in _STRATEGY.items()},
    "Cluster": {
        "spec.podCIDRs": "`periplus cluster join` asks the cluster itself for its ranges",
        "spec.serviceCIDRs": "`periplus cluster join` asks the cluster itself for its ranges",
    },
    "ProxyConfig": {"spec.image": _PROCESS},
    "Telemetry": {"spec.metrics": _METRICS},
    "TrafficExtension": {f"spec.wasm.{name}": why for name, why in _FETCHED.items()},
    "WasmPlugin": {f"spec.{name}": why for name, why in _FETCHED.items()},
}
"""Dotted paths by kind, in the names that users write, each with the reason that users read.

`[]` stands for every item of a list.
"""


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
        ServiceAccount,
        TCPRoute,
        TLSRoute,
        WorkloadGroup,
    }
)
"""Kinds of which nothing has an effect yet."""


@dataclass(frozen=True, slots=True)
class Idle:
    """A field that is set for nothing, and why."""

    path: Path
    reason: str

    @property
    def text(self) -> str:
        """The sentence that users read."""
        return f"`{path_text(self.path)}` has no effect: {self.reason}"


@dataclass(slots=True)
class _Branch:
    """A level of the table; a branch without branches is a field that has no effect."""

    name: str = ""
    default: object = None
    reason: str = ""
    branches: dict[str, "_Branch"] = field(default_factory=dict)


def _tree(model: type[Model], reasons: Mapping[str, str]) -> _Branch:
    root = _Branch()
    for path, reason in reasons.items():
        _grow(root, model, path.replace("[]", "").split(".")).reason = reason
    return root


def _grow(branch: _Branch, model: type[Model], names: list[str]) -> _Branch:
    """Add one path, by attribute, so that a look at an object needs no names."""
    name, *rest = names
    attribute = attribute_of(model, name)
    info = model.model_fields[attribute]
    default = info.get_default(call_default_factory=True)
    below = branch.branches.setdefault(attribute, _Branch(name, default))
    return _grow(below, model_inside(info.annotation), rest) if rest else below


_TREES = {
    model: _tree(model, NO_EFFECT[model.__name__])
    for model in MODELS
    if model.__name__ in NO_EFFECT and model not in KINDS_WITHOUT_EFFECT
}


_MESH_TREE = _tree(MeshConfig, MESH_CONFIG)


def fields_without_effect(obj: MeshObject) -> Iterator[Idle]:
    """Find the fields that `obj` sets to something else than their default, for nothing."""
    tree = _TREES.get(type(obj))
    if tree is not None:
        yield from _in_model(obj, tree, ())


def settings_without_effect(config: MeshConfig) -> Iterator[Idle]:
    """Find the settings of a mesh that stand in a file of their own, for nothing."""
    yield from _in_model(config, _MESH_TREE, ())


def _in_model(model: Model, branch: _Branch, path: Path) -> Iterator[Idle]:
    written = model.model_fields_set
    for attribute, below in branch.branches.items():
        if attribute not in written:
            continue
        value = getattr(model, attribute)
        if below.branches:
            yield from _in_value(value, below, (*path, below.name))
        elif value != below.default:
            yield Idle((*path, below.name), below.reason)


def _in_value(value: object, branch: _Branch, path: Path) -> Iterator[Idle]:
    if isinstance(value, Model):
        yield from _in_model(value, branch, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _in_value(item, branch, (*path, index))
