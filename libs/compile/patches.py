"""EnvoyFilters as patches for one proxy: which apply, in which order, with which messages."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import re2  # type: ignore[import-untyped]  # the wheel has no annotations
from google.protobuf.message import Message
from protogen.envoy.config.bootstrap.v3 import bootstrap_pb2
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import extension_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.attaching import reaching, selected
from libs.compile.attachments import VERSION_KEY
from libs.compile.proxy import Proxy
from libs.envoy.fromjson import FormError, message_from
from libs.envoy.hcm import Side
from libs.kernel.origins import ObjectKey
from libs.meshapi.envoyfilter import (
    ApplyTo,
    ConfigMatch,
    ConfigPatch,
    EnvoyFilter,
    Operation,
    PatchContext,
    ProxyMatch,
)

KINDS: Final[Mapping[ApplyTo, type[Message]]] = {
    "LISTENER": listener_pb2.Listener,
    "FILTER_CHAIN": lc.FilterChain,
    "NETWORK_FILTER": lc.Filter,
    "HTTP_FILTER": hcm_pb2.HttpFilter,
    "ROUTE_CONFIGURATION": route_pb2.RouteConfiguration,
    "VIRTUAL_HOST": rc.VirtualHost,
    "HTTP_ROUTE": rc.Route,
    "CLUSTER": cluster_pb2.Cluster,
    "EXTENSION_CONFIG": extension_pb2.TypedExtensionConfig,
    "BOOTSTRAP": bootstrap_pb2.Bootstrap,
    "LISTENER_FILTER": lc.ListenerFilter,
}
"""The type of a patch's value."""

_CONTEXTS: Final[Mapping[PatchContext, Side]] = {
    "SIDECAR_INBOUND": Side.INBOUND,
    "SIDECAR_OUTBOUND": Side.OUTBOUND,
    "GATEWAY": Side.GATEWAY,
}
_ANYWHERE: Final = ConfigMatch()


class PatchError(ValueError):
    """A patch whose value is none of Envoy's messages; the text names its object."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One patch of an EnvoyFilter. `value` is None where the operation takes none."""

    owner: ObjectKey
    apply_to: ApplyTo
    operation: Operation
    match: ConfigMatch
    value: Message | None
    filter_class: str

    @property
    def merges(self) -> bool:
        """Whether the value goes into what is there."""
        return self.operation in ("MERGE", "MERGE_AND_REPLACE_LIST")

    @property
    def replaces_lists(self) -> bool:
        """Whether lists of what is there give way to those of the value."""
        return self.operation == "MERGE_AND_REPLACE_LIST"

    def is_for(self, side: Side) -> bool:
        """Say whether the patch applies to calls of a side."""
        context = self.match.context
        return context == "ANY" or _CONTEXTS.get(context) is side


def patches_for(
    filters: Iterable[EnvoyFilter], proxy: Proxy, root: str
) -> tuple[tuple[Patch, ...], ...]:
    """Return the patches for a proxy, those of one object together, in the order they are applied.

    Raises PatchError for a value that is none of Envoy's; checking finds that earlier.
    """
    found = (tuple(_patches(one, proxy)) for one in filters_for(filters, proxy, root))
    return tuple(one for one in found if one)


def filters_for(filters: Iterable[EnvoyFilter], proxy: Proxy, root: str) -> list[EnvoyFilter]:
    """Return the EnvoyFilters that select a proxy, in the order they are applied."""
    mine = (one for one in reaching(filters, proxy, root) if _selects(one, proxy))
    return sorted(mine, key=lambda one: one.spec.priority)


def _selects(one: EnvoyFilter, proxy: Proxy) -> bool:
    selector = one.spec.workload_selector
    labels = selector.labels if selector else None
    return selected(proxy, labels, one.spec.target_refs, one.namespace)


def _patches(one: EnvoyFilter, proxy: Proxy) -> Iterator[Patch]:
    for written in one.spec.config_patches:
        match = written.match or _ANYWHERE
        kind = KINDS.get(written.apply_to)
        if kind is None or written.patch is None or match.context == "WAYPOINT":
            continue
        if match.proxy is None or _is_proxy(match.proxy, proxy):
            yield _patch(one, written, match, kind)


def _patch(
    one: EnvoyFilter, written: ConfigPatch, match: ConfigMatch, kind: type[Message]
) -> Patch:
    patch = written.patch
    operation: Operation = patch.operation if patch else "INVALID"
    value = patch.value if patch and operation != "REMOVE" else None
    try:
        message = message_from(value, kind) if value is not None else None
    except FormError as error:
        raise PatchError(f"{one.key}: {error}") from error
    filter_class = patch.filter_class if patch else "UNSPECIFIED"
    return Patch(one.key, written.apply_to, operation, match, message, filter_class)


def _is_proxy(match: ProxyMatch, proxy: Proxy) -> bool:
    """A version that is not told fits no expression."""
    version = proxy.metadata.get(VERSION_KEY, "")
    if match.proxy_version and not (version and re2.search(match.proxy_version, str(version))):
        return False
    return all(proxy.metadata.get(key) == value for key, value in match.metadata.items())


def value_faults(written: ConfigPatch) -> FormError | None:
    """Return what is wrong with the value of a patch; None when it is what Envoy reads."""
    kind = KINDS.get(written.apply_to)
    if kind is None or written.patch is None or written.patch.value is None:
        return None
    try:
        message_from(written.patch.value, kind)
    except FormError as error:
        return error
    return None
