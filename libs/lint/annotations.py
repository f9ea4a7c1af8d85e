"""Annotations of Istio's: known ones, on the kinds that they are for, with values they can have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from libs.desired.finding import Finding
from libs.lint import istiorules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.deployment import Deployment
from libs.meshapi.kinds import MODELS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.workloadentry import HEALTH_ANNOTATION

_ANY = ""
_BOOLEANS = frozenset({"true", "false", "y", "n", "yes", "no", "on", "off"})


@dataclass(frozen=True, slots=True)
class _Known:
    """An annotation: the kinds that know it, the form of its value, and how finished it is."""

    kinds: tuple[str, ...]
    form: str = ""
    alpha: bool = True
    deprecated: bool = False


def _pod(form: str = "", *, alpha: bool = True, deprecated: bool = False) -> _Known:
    return _Known(("Pod",), form, alpha, deprecated)


_SIDECAR, _TRAFFIC = "sidecar.istio.io/", "traffic.sidecar.istio.io/"
_READINESS, _STATUS = "readiness.status.sidecar.istio.io/", "status.sidecar.istio.io/"
_OPERATOR = "install.operator.istio.io/"

KNOWN: Mapping[str, _Known] = {
    f"{_SIDECAR}inject": _pod("boolean", alpha=False),
    f"{_SIDECAR}status": _pod(alpha=False),
    f"{_SIDECAR}rewriteAppHTTPProbers": _pod("boolean"),
    f"{_SIDECAR}controlPlaneAuthPolicy": _pod(deprecated=True),
    f"{_SIDECAR}discoveryAddress": _pod(deprecated=True),
    f"{_SIDECAR}proxyImage": _pod(),
    f"{_SIDECAR}proxyImageType": _pod(),
    f"{_SIDECAR}proxyCPU": _pod(),
    f"{_SIDECAR}proxyCPULimit": _pod(),
    f"{_SIDECAR}proxyMemory": _pod(),
    f"{_SIDECAR}proxyMemoryLimit": _pod(),
    f"{_SIDECAR}interceptionMode": _pod("mode"),
    f"{_SIDECAR}bootstrapOverride": _pod(),
    f"{_SIDECAR}statsInclusionPrefixes": _pod(deprecated=True),
    f"{_SIDECAR}statsInclusionSuffixes": _pod(deprecated=True),
    f"{_SIDECAR}statsInclusionRegexps": _pod(deprecated=True),
    f"{_SIDECAR}statsHistogramBuckets": _pod(),
    f"{_SIDECAR}statsCompression": _pod("boolean"),
    f"{_SIDECAR}extraStatTags": _pod(),
    f"{_SIDECAR}userVolume": _pod(),
    f"{_SIDECAR}userVolumeMount": _pod(),
    f"{_SIDECAR}enableCoreDump": _pod("boolean"),
    f"{_SIDECAR}logLevel": _pod(),
    f"{_SIDECAR}componentLogLevel": _pod(),
    f"{_SIDECAR}agentLogLevel": _pod(),
    f"{_SIDECAR}nativeSidecar": _pod("boolean"),
    f"{_STATUS}port": _pod("port"),
    f"{_READINESS}initialDelaySeconds": _pod("count"),
    f"{_READINESS}periodSeconds": _pod("count"),
    f"{_READINESS}failureThreshold": _pod("count"),
    f"{_READINESS}applicationPorts": _pod("ports"),
    f"{_TRAFFIC}includeOutboundIPRanges": _pod("ranges"),
    f"{_TRAFFIC}excludeOutboundIPRanges": _pod("ranges"),
    f"{_TRAFFIC}includeInboundPorts": _pod("ports"),
    f"{_TRAFFIC}excludeInboundPorts": _pod("ports"),
    f"{_TRAFFIC}includeOutboundPorts": _pod("ports"),
    f"{_TRAFFIC}excludeOutboundPorts": _pod("ports"),
    f"{_TRAFFIC}excludeInterfaces": _pod(),
    f"{_TRAFFIC}kubevirtInterfaces": _pod(deprecated=True),
    f"{_OPERATOR}chart-owner": _Known((_ANY,)),
    f"{_OPERATOR}owner-generation": _Known((_ANY,)),
    f"{_OPERATOR}version": _Known((_ANY,)),
    "alpha.istio.io/canonical-serviceaccounts": _Known(("Service",), deprecated=True),
    "alpha.istio.io/kubernetes-serviceaccounts": _Known(("Service",), deprecated=True),
    "alpha.istio.io/identity": _pod(deprecated=True),
    "ambient.istio.io/bypass-inbound-capture": _pod("boolean"),
    "ambient.istio.io/redirection": _pod(alpha=False),
    "ambient.istio.io/dns-capture": _pod("boolean"),
    "galley.istio.io/analyze-suppress": _Known((_ANY,), alpha=False),
    "inject.istio.io/templates": _pod(),
    "inject.istio.io/image-type": _pod(),
    "istio.io/dry-run": _Known(("AuthorizationPolicy",), "boolean"),
    "istio.io/autoRegistrationGroup": _Known(("WorkloadEntry",), alpha=False),
    "istio.io/workloadController": _Known(("WorkloadEntry",), alpha=False),
    "istio.io/connectedAt": _Known(("WorkloadEntry",), alpha=False),
    "istio.io/disconnectedAt": _Known(("WorkloadEntry",), alpha=False),
    "istio.io/for-service-account": _Known(("Secret",)),
    "istio.io/rev": _Known((_ANY,), alpha=False),
    "networking.istio.io/address-type": _Known(("Gateway",)),
    "networking.istio.io/exportTo": _Known(("Service",)),
    "networking.istio.io/service-type": _Known(("Gateway",)),
    "networking.istio.io/traffic-distribution": _Known(("Service", "Namespace", "ServiceEntry")),
    "internal.istio.io/parents": _Known((_ANY,), alpha=False),
    "internal.istio.io/route-semantics": _Known((_ANY,), alpha=False),
    "prometheus.istio.io/merge-metrics": _pod("boolean"),
    "proxy.istio.io/config": _pod(alpha=False),
    "proxy.istio.io/overrides": _pod(),
    HEALTH_ANNOTATION: _Known(("WorkloadEntry",), alpha=False),
    "topology.istio.io/controlPlaneClusters": _Known(("Namespace",)),
}
"""Annotations by name, as far as releases up to 1.32 document them."""

_CLOSED = frozenset(
    {
        "inject.istio.io",
        "prometheus.istio.io",
        "proxy.istio.io",
        *(prefix.rstrip("/") for prefix in (_SIDECAR, _TRAFFIC, _READINESS, _STATUS)),
    }
)
"""Domains of which every annotation is known here; others may have more than this list."""


def check(_view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Check the annotations of an object, and those that a Deployment gives its Pods."""
    if one.object.metadata.annotations:
        path: Path = ("metadata", "annotations")
        yield from _all(one, path, one.key.kind, one.object.metadata.annotations)
    if isinstance(one.object, Deployment):
        path = ("spec", "template", "metadata", "annotations")
        yield from _all(one, path, "Pod", one.object.spec.template.metadata.annotations)


_KINDS: tuple[type[MeshObject], ...] = (*MODELS, OpaqueObject)

CHECKS = tuple(each(kind, check) for kind in _KINDS)


def _all(
    one: Subject[MeshObject], path: Path, kind: str, found: Mapping[str, str]
) -> Iterator[Finding]:
    for name, value in found.items():
        domain = name.partition("/")[0]
        if domain == "istio.io" or domain.endswith(".istio.io"):
            yield from _one(one, (*path, name), kind, value)


def _one(one: Subject[MeshObject], path: Path, kind: str, value: str) -> Iterator[Finding]:
    name = str(path[-1])
    known = KNOWN.get(name)
    if known is None:
        if name.partition("/")[0] in _CLOSED:
            near = nearest(name, KNOWN)
            hint = f"did you mean `{near}`?" if near else "correct or remove it"
            text = f"Istio has no annotation `{name}`; {hint}"
            yield report(istiorules.ANNOTATION_UNKNOWN, one, path, text)
        return
    if _ANY not in known.kinds and kind not in known.kinds:
        shown = " or ".join(known.kinds)
        where = "a Deployment's `spec.template`" if known.kinds == ("Pod",) else f"a {shown}"
        text = f"`{name}` has no effect on a {kind}; write it on {where}"
        yield report(istiorules.ANNOTATION_ELSEWHERE, one, path, text)
        return
    wanted = _wanted(known.form, value)
    if wanted:
        text = f"`{name}` cannot have this value; write {wanted}"
        yield report(istiorules.ANNOTATION_VALUE, one, path, text)
    if known.deprecated:
        text = f"`{name}` is given up; remove it, or write `proxy.istio.io/config` instead"
        yield report(istiorules.ANNOTATION_DEPRECATED, one, path, text)
    elif known.alpha:
        text = f"`{name}` is alpha and may change; write it only where it is needed"
        yield report(istiorules.ANNOTATION_ALPHA, one, path, text)


def _wanted(form: str, value: str) -> str:
    """Return what a value should be; empty when it is."""
    texts = [part.strip() for part in value.split(",") if part.strip()]
    if form == "boolean" and value.lower() not in _BOOLEANS:
        return "`true` or `false`"
    if form == "mode" and value not in ("REDIRECT", "TPROXY", "NONE"):
        return "`REDIRECT`, `TPROXY` or `NONE`"
    if form in ("port", "count") and not _is_number(value, form):
        return "a port number" if form == "port" else "a number of seconds or tries"
    if form == "ports" and value != "*" and not all(_is_number(text, "port") for text in texts):
        return "port numbers with commas between them"
    if form == "ranges" and value != "*" and not all(map(_is_range, texts)):
        return "networks such as `10.0.0.0/8` with commas between them"
    return ""


def _is_number(text: str, form: str) -> bool:
    largest = 65535 if form == "port" else 2**31 - 1
    return text.isascii() and text.isdecimal() and len(text) < 11 and int(text) <= largest


def _is_range(text: str) -> bool:
    try:
        ip_network(text, strict=False)
    except ValueError:
        return False
    return True
