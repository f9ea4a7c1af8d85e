"""What objects that attach to proxies add to a compiled view, in the order in which they do."""

from dataclasses import replace

from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.attachments import Attachments
from libs.compile.dressing import Manager, Spot, TcpProxy, dressed
from libs.compile.httpfilters import before_router
from libs.compile.ledger import Ledger
from libs.compile.patches import patches_for
from libs.compile.patching import patched
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.ratelimits import PortLimits, limits_for
from libs.compile.world import World
from libs.envoy.hcm import Side
from libs.envoy.messages import Messages
from libs.kernel import xds
from libs.kernel.ids import TypeUrl

_EVERYTHING = frozenset(xds.PUSH_ORDER)
_LISTENERS = frozenset({xds.LISTENER})
_NOTHING: frozenset[TypeUrl] = frozenset()


def touched(world: World, proxy: Proxy) -> frozenset[TypeUrl]:
    """Return the types of resources that attached objects may change; the others are left alone."""
    if proxy.type is ProxyType.GRPC or world.attached == Attachments():
        return _NOTHING
    return _EVERYTHING if world.attached.envoy_filters else _LISTENERS


def finished(world: World, proxy: Proxy, messages: Messages, ledger: Ledger) -> Messages:
    """Return the view with everything attached; a gRPC client has no place for any of it.

    `messages` has the resources of touched types only.
    """
    if proxy.type is ProxyType.GRPC:
        return messages
    root = world.settings.root_namespace
    limits = limits_for(world.attached.rate_limits, proxy, root, world.registry)
    result = replace(
        messages,
        listeners=tuple(_listener(one, proxy, limits, ledger) for one in messages.listeners),
    )
    for patches in patches_for(world.attached.envoy_filters, proxy, root):
        result = patched(result, patches, proxy, ledger)
    return result


def _listener(
    one: listener_pb2.Listener, proxy: Proxy, limits: tuple[PortLimits, ...], ledger: Ledger
) -> listener_pb2.Listener:
    if not limits:
        return one

    def dress(found: Manager | TcpProxy, spot: Spot) -> bool:
        if not isinstance(found, Manager) or spot.side is Side.OUTBOUND:
            return False
        mine = [each for each in limits if each.ports is None or spot.port in each.ports]
        for each in mine:
            ledger.credit(xds.LISTENER, one.name, each.key)
        before_router(found, [each for limit in mine for each in limit.filters])
        return bool(mine)

    return dressed(one, proxy, dress)
