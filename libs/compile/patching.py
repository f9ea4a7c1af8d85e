"""EnvoyFilters applied to a whole view, one object after the other."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar, cast

from google.protobuf.message import Message

from libs.compile.dressing import side_of
from libs.compile.ledger import Ledger
from libs.compile.patchclusters import Hosts, patched_cluster
from libs.compile.patches import Patch
from libs.compile.patchlisteners import patched_listener
from libs.compile.patchroutes import patched_routes
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.hcm import Side
from libs.envoy.messages import Messages
from libs.kernel import xds
from libs.kernel.ids import TypeUrl
from libs.meshapi.envoyfilter import ApplyTo

_M = TypeVar("_M", bound=Message)


def patched(
    messages: Messages, patches: Sequence[Patch], proxy: Proxy, ledger: Ledger, hosts: Hosts
) -> Messages:
    """Return the view as the patches of one object make it; what they change is credited to it."""
    clusters = [patched_cluster(one, patches, proxy, hosts) for one in messages.clusters]
    listeners = [patched_listener(one, patches, side_of(one, proxy)) for one in messages.listeners]
    calls = Side.GATEWAY if proxy.type is ProxyType.ROUTER else Side.OUTBOUND
    result = replace(
        messages,
        clusters=_named([*filter(None, clusters), *_added("CLUSTER", patches, proxy)]),
        listeners=_named([*filter(None, listeners), *_added("LISTENER", patches, proxy)]),
        routes=tuple(patched_routes(one, patches, calls) for one in messages.routes),
    )
    _credit(messages, result, patches, ledger)
    return result


def _named(found: list[_M]) -> tuple[_M, ...]:
    return tuple(sorted(found, key=lambda one: str(getattr(one, "name", ""))))


def _added(apply_to: ApplyTo, patches: Sequence[Patch], proxy: Proxy) -> list[_M]:
    """Without a context something is added once, for the calls that go out."""
    sides = (Side.GATEWAY,) if proxy.type is ProxyType.ROUTER else (Side.OUTBOUND, Side.INBOUND)
    return [
        cast("_M", one.value)
        for one in patches
        if one.apply_to == apply_to
        and one.operation == "ADD"
        and one.value is not None
        and any(one.is_for(side) for side in sides)
    ]


def _credit(before: Messages, after: Messages, patches: Sequence[Patch], ledger: Ledger) -> None:
    """What is another object than before was changed or added."""
    former = {id(message) for _, _, message in before.named()}
    kinds = {xds.CLUSTER, xds.LISTENER, xds.ROUTE}
    for kind, name, message in after.named():
        if kind in kinds and id(message) not in former and patches:
            ledger.credit(TypeUrl(kind), name, patches[0].owner)
