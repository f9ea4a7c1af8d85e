"""Patches of one listener and of everything in it."""

from collections.abc import Iterable, Sequence
from typing import Final

from protogen.envoy.config.core.v3 import extension_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.dressing import Manager, chains_of
from libs.compile.patches import Patch
from libs.compile.patchfilters import merged_filter, patch_http_filters, with_extensions
from libs.compile.patchlists import Choice, changed
from libs.compile.patchroutes import patched_routes
from libs.envoy import names
from libs.envoy.anys import pack
from libs.envoy.hcm import Side
from libs.envoy.merging import merge
from libs.meshapi.envoyfilter import ApplyTo, FilterChainMatch

_VIRTUAL: Final = (names.VIRTUAL_INBOUND, names.VIRTUAL_OUTBOUND)
_ELSEWHERE: Final = ("CLUSTER", "BOOTSTRAP")


def patched_listener(
    listener: listener_pb2.Listener, patches: Iterable[Patch], side: Side
) -> listener_pb2.Listener | None:
    """Return the listener as patches make it, None when one removes it."""
    mine = [
        one
        for one in patches
        if one.apply_to not in _ELSEWHERE and one.is_for(side) and _is_listener(listener, one)
    ]
    if not mine:
        return listener
    result = listener_pb2.Listener()
    result.CopyFrom(listener)
    for patch in _of(mine, "LISTENER"):
        if patch.operation == "REMOVE":
            return None
        if patch.merges and patch.value is not None:
            merge(result, patch.value, replace_lists=patch.replaces_lists)
    _listener_filters(result, _of(mine, "LISTENER_FILTER"))
    for chain in chains_of(result):
        _chain(result, chain, mine, side)
    _chain_list(result, _of(mine, "FILTER_CHAIN"))
    return listener if result == listener else result


def _of(patches: Iterable[Patch], apply_to: ApplyTo) -> list[Patch]:
    return [one for one in patches if one.apply_to == apply_to]


def _is_listener(listener: listener_pb2.Listener, patch: Patch) -> bool:
    """The port of an intercepting listener is nobody's: there its chains have ports."""
    match = patch.match.listener
    if match is None:
        return True
    if match.name and match.name != listener.name:
        return False
    if not match.port_number or (patch.apply_to != "LISTENER" and listener.name in _VIRTUAL):
        return True
    return listener.address.socket_address.port_value == match.port_number


def _listener_filters(listener: listener_pb2.Listener, patches: Sequence[Patch]) -> None:
    for patch in patches:
        name = patch.match.listener.listener_filter if patch.match.listener else ""
        choice = _named(name)
        if patch.merges:
            for one in listener.listener_filters if choice.named else ():
                if choice.fits(one):
                    merged_filter(one, patch)
            continue
        kept = changed(list(listener.listener_filters), patch, choice)
        del listener.listener_filters[:]
        listener.listener_filters.extend(kept)


def _named(name: str) -> Choice[lc.ListenerFilter]:
    return Choice(lambda one: one.name == name or not name, named=bool(name))


def _chain(
    listener: listener_pb2.Listener, chain: lc.FilterChain, patches: Sequence[Patch], side: Side
) -> None:
    """Merge into a chain, then change its filters, then what is inside them."""
    mine = [one for one in patches if _is_chain(listener, chain, one)]
    for patch in _of(mine, "FILTER_CHAIN"):
        if patch.merges and patch.value is not None:
            merge(chain, patch.value, replace_lists=patch.replaces_lists)
    for patch in _of(mine, "NETWORK_FILTER"):
        if not patch.merges:
            kept = changed(list(chain.filters), patch, _network(patch))
            del chain.filters[:]
            chain.filters.extend(kept)
    for one in chain.filters:
        for patch in _of(mine, "NETWORK_FILTER"):
            if patch.merges and _network(patch).fits(one):
                merged_filter(one, patch)
        _manager(one, mine, side)


def _network(patch: Patch) -> Choice[lc.Filter]:
    chain = patch.match.listener.filter_chain if patch.match.listener else None
    name = chain.filter.name if chain and chain.filter else ""
    return Choice(lambda one: one.name == name or not name, named=bool(name))


def _manager(one: lc.Filter, patches: Sequence[Patch], side: Side) -> None:
    manager = Manager()
    if not one.typed_config.Unpack(manager):
        return
    found = patch_http_filters(manager, _of(patches, "HTTP_FILTER"), one.name)
    configs = [
        patch.value
        for patch in _of(patches, "EXTENSION_CONFIG")
        if patch.operation == "ADD" and isinstance(patch.value, extension_pb2.TypedExtensionConfig)
    ]
    found |= with_extensions(manager, configs)
    if manager.HasField("route_config"):
        manager.route_config.CopyFrom(patched_routes(manager.route_config, patches, side))
        found = True
    if found:
        one.typed_config.CopyFrom(pack(manager))


def _chain_list(listener: listener_pb2.Listener, patches: Sequence[Patch]) -> None:
    """Remove and add whole chains."""
    removing = [one for one in patches if one.operation == "REMOVE"]
    kept = [
        chain
        for chain in listener.filter_chains
        if not any(_is_chain(listener, chain, patch) for patch in removing)
    ]
    kept += [
        patch.value
        for patch in patches
        if patch.operation == "ADD" and isinstance(patch.value, lc.FilterChain)
    ]
    if listener.HasField("default_filter_chain") and any(
        _is_chain(listener, listener.default_filter_chain, patch) for patch in removing
    ):
        listener.ClearField("default_filter_chain")
    del listener.filter_chains[:]
    listener.filter_chains.extend(kept)


def _is_chain(listener: listener_pb2.Listener, chain: lc.FilterChain, patch: Patch) -> bool:
    match = patch.match.listener
    if match is None:
        return True
    if match.port_number and listener.name in _VIRTUAL and _port(chain) != match.port_number:
        return False
    return match.filter_chain is None or _fits(chain, match.filter_chain)


def _port(chain: lc.FilterChain) -> int:
    return chain.filter_chain_match.destination_port.value


def _fits(chain: lc.FilterChain, match: FilterChainMatch) -> bool:
    """Compare what is written; a chain has a server name if it is one of several."""
    own = chain.filter_chain_match
    protocols = [one for one in match.application_protocols.split(",") if one]
    return (
        match.name in ("", chain.name)
        and (not match.sni or match.sni in own.server_names)
        and match.transport_protocol in ("", own.transport_protocol)
        and all(one in own.application_protocols for one in protocols)
        and match.destination_port in (0, _port(chain))
    )
