"""Which attached objects are for a proxy, and in which order they count."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from libs.compile.proxy import Proxy
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.targets import PolicyTarget
from libs.registry.labels import wears

_Kind = TypeVar("_Kind", bound=MeshObject)
_GATEWAY = ("gateway.networking.k8s.io", "Gateway")
_GATEWAY_LABEL = "gateway.networking.k8s.io/gateway-name"
"""Proxies of a Gateway of the Gateway API carry its name under this label."""


def reaching(objects: Iterable[_Kind], proxy: Proxy, root: str) -> Iterator[_Kind]:
    """Yield those of the root namespace, then those of the proxy's own."""
    mine = [one for one in objects if one.namespace in (root, proxy.namespace)]
    yield from sorted(mine, key=lambda one: one.namespace != root)


def selected(
    proxy: Proxy,
    labels: Mapping[str, str] | None,
    targets: Iterable[PolicyTarget],
    namespace: str,
) -> bool:
    """Say whether an object of `namespace` is for a proxy that it reaches.

    Targets are of its own namespace; of their kinds only a Gateway has proxies here.
    """
    named = tuple(targets)
    if named:
        return namespace == proxy.namespace and any(_is_gateway_of(proxy, one) for one in named)
    return wears(proxy.labels, labels or {})


def _is_gateway_of(proxy: Proxy, target: PolicyTarget) -> bool:
    return (target.group, target.kind) == _GATEWAY and (
        proxy.labels.get(_GATEWAY_LABEL) == target.name
    )
