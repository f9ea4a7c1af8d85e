"""Which fields are read and have no effect yet. A release that acts on one deletes its row."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from libs.meshapi.base import Model
from libs.meshapi.kinds import MODELS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.problems import Path
from libs.meshapi.schema import attribute_of, model_inside

_TRAFFIC_POLICY = (
    "connectionPool",
    "loadBalancer.consistentHash",
    "loadBalancer.localityLbSetting",
    "loadBalancer.warmup",
    "loadBalancer.warmupDurationSecs",
    "loadBalancer.zoneAwareLbSetting",
    "outlierDetection",
    "portLevelSettings",
    "proxyProtocol",
    "retryBudget",
    "tls",
    "tunnel",
)

NO_EFFECT: Mapping[str, tuple[str, ...]] = {
    "VirtualService": (
        "spec.exportTo",
        "spec.http[].corsPolicy",
        "spec.http[].delegate",
        "spec.http[].fault.abort.grpcStatus",
        "spec.http[].fault.abort.http2Error",
        "spec.http[].fault.delay.exponentialDelay",
        "spec.http[].fault.delay.percent",
        "spec.http[].match[].sourceNamespace",
        "spec.http[].match[].statPrefix",
        "spec.http[].mirror",
        "spec.http[].mirrorPercent",
        "spec.http[].mirrorPercentage",
        "spec.http[].mirrors",
        "spec.http[].redirect.prefixRewrite",
        "spec.tcp",
        "spec.tls",
    ),
    "DestinationRule": (
        "spec.exportTo",
        *(f"spec.subsets[].trafficPolicy.{name}" for name in _TRAFFIC_POLICY),
        *(f"spec.trafficPolicy.{name}" for name in _TRAFFIC_POLICY),
        "spec.workloadSelector",
    ),
    "Gateway": (
        "spec.servers[].defaultEndpoint",
        "spec.servers[].port.targetPort",
        "spec.servers[].tls",
    ),
    "ServiceEntry": ("spec.exportTo", "spec.subjectAltNames"),
    "Sidecar": (
        "spec.inboundConnectionPool",
        "spec.ingress[].connectionPool",
        "spec.ingress[].tls",
        "spec.outboundTrafficPolicy.egressProxy",
    ),
    "Service": (
        "spec.externalName",
        "spec.internalTrafficPolicy",
        "spec.publishNotReadyAddresses",
        "spec.sessionAffinity",
        "spec.trafficDistribution",
    ),
    "EndpointSlice": ("endpoints[].hints",),
    "Fleet": (
        "spec.mesh.caCertificates",
        "spec.mesh.configSources",
        "spec.mesh.defaultConfig",
        "spec.mesh.defaultDestinationRuleExportTo",
        "spec.mesh.defaultHttpRetryPolicy",
        "spec.mesh.defaultProviders",
        "spec.mesh.defaultServiceExportTo",
        "spec.mesh.defaultTrafficPolicy",
        "spec.mesh.defaultVirtualServiceExportTo",
        "spec.mesh.discoverySelectors",
        "spec.mesh.extensionProviders",
        "spec.mesh.inboundTrafficPolicy",
        "spec.mesh.localityLbSetting",
        "spec.mesh.meshMTLS",
        "spec.mesh.outboundTrafficPolicy.egressProxy",
        "spec.mesh.pathNormalization",
        "spec.mesh.serviceEntryVisibility",
        "spec.mesh.serviceScopeConfigs",
        "spec.mesh.serviceSettings",
        "spec.mesh.tlsDefaults",
        "spec.mesh.trustDomainAliases",
        "spec.mesh.zoneAwareLbSetting",
        "spec.rollout",
    ),
    "Cluster": (
        "spec.connection.context",
        "spec.connection.kubeconfigSecret",
        "spec.podCIDRs",
        "spec.serviceCIDRs",
        "spec.variables",
    ),
}
"""Dotted paths by kind, in the names that users write; `[]` stands for every item of a list."""


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
    if model.__name__ in NO_EFFECT
}


def fields_without_effect(obj: MeshObject) -> Iterator[Path]:
    """Find the fields that `obj` sets to something else than their default, for nothing."""
    tree = _TREES.get(type(obj))
    if tree is not None:
        yield from _in_model(obj, tree, ())


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
