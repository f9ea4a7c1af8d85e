"""A proxy as compiling sees it, read from its node or from JSON, and the class it belongs to."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import orjson

from libs.compile.credentials import restricted
from libs.compile.identity import METADATA_KEYS
from libs.compile.world import World
from libs.confighash.fingerprint import fingerprint
from libs.envoy.node import NodeFacts, parse_node
from libs.kernel.ids import ClassKey, ClusterName
from libs.registry.build import Registry

DEFAULT_CLUSTER: Final = ClusterName("default")
DEFAULT_DOMAIN: Final = "cluster.local"
_INTERCEPTION: Final = "INTERCEPTION_MODE"
_NONE: Final = "NONE"


DNS_METADATA_KEYS: Final = ("DNS_CAPTURE", "DNS_AUTO_ALLOCATE")
"""What a node says when it answers for names with allocated addresses: both are `true`."""


ON_DEMAND_KEY: Final = "ON_DEMAND"
"""Whether a node wants virtual hosts on demand: `libs/compile/ondemand.py`."""


class ProxyType(StrEnum):
    """What kind of view a proxy gets."""

    SIDECAR = "sidecar"
    ROUTER = "router"
    GRPC = "grpc"


class ProxyError(ValueError):
    """A description that is no proxy; the text says what to write instead."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy and its workload. `ips` are the workload's addresses, the first one its own.

    `domain` is the mesh's, such as `cluster.local`. `metadata` is as the node sends it. `locality`
    is `region/zone/subzone`.
    """

    type: ProxyType
    namespace: str
    ips: tuple[str, ...] = ()
    id: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    cluster: ClusterName = DEFAULT_CLUSTER
    network: str = ""
    service_account: str = "default"
    domain: str = DEFAULT_DOMAIN
    metadata: Mapping[str, Any] = field(default_factory=dict)
    locality: str = ""

    @property
    def intercepts(self) -> bool:
        """Whether the workload's connections are redirected into the proxy."""
        return bool(self.metadata.get(_INTERCEPTION, "REDIRECT") != _NONE)

    @property
    def dns_domain(self) -> str:
        """The search domain of the workload: `ns.svc.cluster.local`."""
        return f"{self.namespace}.svc.{self.domain}"


def proxy_from_node(node: bytes) -> Proxy:
    """Read the serialised node of a request. Raises ValueError with a sentence."""
    facts = parse_node(node)
    listed = (ip.strip() for ip in facts.text("INSTANCE_IPS").split(","))
    return Proxy(
        type=_type_of(facts),
        namespace=facts.text("NAMESPACE") or facts.namespace,
        ips=_unique(ip for ip in (facts.ip, *listed) if ip),
        id=facts.id,
        labels=facts.texts("LABELS"),
        cluster=ClusterName(facts.text("CLUSTER_ID") or DEFAULT_CLUSTER),
        network=facts.text("NETWORK"),
        service_account=facts.text("SERVICE_ACCOUNT") or "default",
        domain=facts.domain or DEFAULT_DOMAIN,
        metadata=facts.metadata,
        locality=facts.locality,
    )


def _type_of(facts: NodeFacts) -> ProxyType:
    """A gRPC client says `GENERATOR: grpc` as Istio's agent writes it, or by its user agent."""
    if facts.grpc_client or facts.text("GENERATOR") == ProxyType.GRPC:
        return ProxyType.GRPC
    return ProxyType(facts.kind)


def _unique(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))


_FIELDS: Final[Mapping[str, type]] = {
    "type": str,
    "namespace": str,
    "ip": str,
    "ips": list,
    "id": str,
    "labels": dict,
    "service_account": str,
    "cluster": str,
    "network": str,
    "domain": str,
    "metadata": dict,
    "locality": str,
}


def proxy_from_json(text: bytes | str) -> Proxy:
    """Read the command line's form of a proxy. Raises ProxyError with a sentence."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise ProxyError(f"the proxy is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise ProxyError('the proxy is no JSON object; write {"type":"sidecar", ...}')
    for name, given in value.items():
        _check_field(name, given)
    return _from_fields(value)


def _check_field(name: str, given: object) -> None:
    wanted = _FIELDS.get(name)
    if wanted is None:
        raise ProxyError(f"proxy field `{name[:40]}` is unknown; known are {', '.join(_FIELDS)}")
    if type(given) is not wanted:
        raise ProxyError(f"proxy field `{name}` is a {_JSON_NAMES[wanted]}")
    if name == "type" and given not in {one.value for one in ProxyType}:
        raise ProxyError(f"proxy type `{str(given)[:40]}` is none of sidecar, router, grpc")


_JSON_NAMES: Final[Mapping[type, str]] = {str: "text", list: "list", dict: "map"}


def _from_fields(value: Mapping[str, Any]) -> Proxy:
    if "type" not in value:
        raise ProxyError("the proxy has no type; write one of sidecar, router, grpc")
    ips = (*([value["ip"]] if "ip" in value else []), *value.get("ips", []))
    labels = value.get("labels", {})
    if not all(isinstance(one, str) for one in (*ips, *labels.values())):
        raise ProxyError("proxy ips and labels are texts")
    return Proxy(
        type=ProxyType(value["type"]),
        namespace=value.get("namespace", "default"),
        ips=_unique(ips),
        id=value.get("id", ""),
        labels=dict(sorted(labels.items())),
        cluster=ClusterName(value.get("cluster", DEFAULT_CLUSTER)),
        network=value.get("network", ""),
        service_account=value.get("service_account", "default"),
        domain=value.get("domain", DEFAULT_DOMAIN),
        metadata=value.get("metadata", {}),
        locality=value.get("locality", ""),
    )


_LOCALITY_LABELS: Final = ("topology.istio.io/locality", "istio-locality")
"""Labels of a workload that say where it is, with dots for slashes."""


def locality_of(proxy: Proxy, registry: Registry) -> str:
    """Return where a proxy is: as its workload's label says, its node, or its endpoint."""
    for name in _LOCALITY_LABELS:
        if proxy.labels.get(name):
            return proxy.labels[name].replace(".", "/")
    if proxy.locality:
        return proxy.locality
    places = (one.locality for ip in proxy.ips for _, one in registry.addresses.get(ip, ()))
    return next(filter(None, places), "")


def node_of(proxy: Proxy) -> str:
    """Return the Kubernetes node that a proxy says it runs on."""
    return str(proxy.metadata.get("NODE_NAME", ""))


def proxy_class(proxy: Proxy, world: World) -> ClassKey:
    """Return the class of a proxy: within one world, equal classes have equal views.

    Addresses count only where a view can contain them; else the services behind them do.
    """
    facts = {
        "type": proxy.type,
        "cluster": proxy.cluster,
        "namespace": proxy.namespace,
        "labels": dict(proxy.labels),
        "network": proxy.network,
        "locality": locality_of(proxy, world.registry),
        "domain": proxy.domain,
        "intercepts": proxy.intercepts,
        "patched": [str(proxy.metadata.get(key)) for key in world.attached.metadata_read],
        "account": proxy.service_account if restricted(world.credentials) else "",
        "identity": [proxy.metadata.get(key, "") for key in METADATA_KEYS],
        "dns": [proxy.metadata.get(key, "") for key in DNS_METADATA_KEYS],
        "on_demand": str(proxy.metadata.get(ON_DEMAND_KEY, "")),
        "node": node_of(proxy) if world.node_bound else "",
        "ips": proxy.ips if _shows_addresses(proxy, world) else (),
        "instances": _instances(proxy, world),
    }
    return ClassKey(fingerprint("proxy-class", orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)))


def _shows_addresses(proxy: Proxy, world: World) -> bool:
    return proxy.type is ProxyType.SIDECAR and world.has_ingress(proxy.namespace)


def _instances(proxy: Proxy, world: World) -> list[tuple[str, int, int]]:
    if proxy.type is ProxyType.GRPC:
        return []
    found = world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    return [(one.service.hostname, one.port.number, one.number) for one in found]
