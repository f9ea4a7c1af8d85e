"""What policies put before all other filters of incoming calls."""

from collections.abc import Mapping, Sequence
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.compile import asking, authorization, tokens
from libs.compile.authorization import Filters
from libs.compile.dressing import Manager
from libs.compile.httpfilters import set_filters
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy
from libs.compile.world import World
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.registry.service import Service

_TCP_PROXY: Final = tcp_proxy_pb2.TcpProxy.DESCRIPTOR.full_name


def guarded(world: World, proxy: Proxy) -> bool:
    """Say whether policies may be for a proxy."""
    spaces = (world.settings.root_namespace, proxy.namespace)
    tables: Sequence[Mapping[str, object]] = (world.authorizations, world.authentications)
    return any(table.get(space) for table in tables for space in spaces)


def filters_for(world: World, proxy: Proxy, ledger: Ledger) -> Filters:
    """Return the filters of incoming calls, tokens first: policies may ask for what they say."""
    mine = _policies(world, proxy)
    root, own = world.settings.root_namespace, proxy.namespace
    spaces = dict.fromkeys((root, own))
    known = [one for space in spaces for one in world.authentications.get(space, ())]
    rules = tokens.rules_for(known, proxy, world.settings)
    return (
        tokens.filters_of(rules, world.keys, proxy, ledger)
        + asking.filters_of(world, mine, ledger)
        + authorization.filters_of(mine, world.settings)
    )


def asked_services(world: World, proxy: Proxy) -> tuple[Service, ...]:
    """Return the services that a proxy asks about its calls."""
    return asking.asked_services(world, _policies(world, proxy))


def _policies(world: World, proxy: Proxy) -> tuple[AuthorizationPolicy, ...]:
    spaces = dict.fromkeys((world.settings.root_namespace, proxy.namespace))
    known = [one for space in spaces for one in world.authorizations.get(space, ())]
    return authorization.policies_for(known, proxy, world.settings)


def stand_first(manager: Manager, filters: Filters) -> bool:
    """Put filters of requests before all others; say whether there were any."""
    if filters.http:
        set_filters(manager, [*filters.http, *manager.http_filters])
    return bool(filters.http)


def guard_bytes(chain: lc.FilterChain, filters: Filters) -> bool:
    """Put filters of connections before the one that hands bytes on; say whether it did."""
    ends = chain.filters[-1].typed_config.TypeName() if chain.filters else ""
    if not filters.network or ends != _TCP_PROXY:
        return False
    former = list(chain.filters)
    del chain.filters[:]
    chain.filters.extend((*filters.network, *former))
    return True
