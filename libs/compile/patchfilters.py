"""Patches of filters, which carry their configuration inside an Any."""

from collections.abc import Iterable

from protogen.envoy.config.core.v3 import extension_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.httpfilters import Manager, place_of_class, set_filters
from libs.compile.patches import Patch
from libs.compile.patchlists import Choice, changed
from libs.envoy.merging import merge_any

_Filter = lc.Filter | lc.ListenerFilter | hcm_pb2.HttpFilter


def merged_filter(one: _Filter, patch: Patch) -> None:
    """Merge a patch into a filter: its configuration, if that is of one type, and its name."""
    value = patch.value
    if not isinstance(value, lc.Filter | lc.ListenerFilter | hcm_pb2.HttpFilter):
        return
    fits = not value.HasField("typed_config") or merge_any(
        one.typed_config, value.typed_config, replace_lists=patch.replaces_lists
    )
    if fits and value.name:
        one.name = value.name


def patch_http_filters(manager: Manager, patches: Iterable[Patch], network_filter: str) -> bool:
    """Apply patches of HTTP filters, merges last; say whether there were any."""
    mine = [one for one in patches if _inside(one, network_filter)]
    for patch in mine:
        if not patch.merges:
            before = list(manager.http_filters)
            at = place_of_class(before, patch.filter_class) if patch.operation == "ADD" else None
            set_filters(manager, changed(before, patch, _choice(patch), at=at))
    for patch in mine:
        for one in manager.http_filters if patch.merges else ():
            if _choice(patch).named and _choice(patch).fits(one):
                merged_filter(one, patch)
    return bool(mine)


def _inside(patch: Patch, network_filter: str) -> bool:
    """A patch may name the network filter whose HTTP filters it is about."""
    chain = patch.match.listener.filter_chain if patch.match.listener else None
    named = chain.filter.name if chain and chain.filter else ""
    return not named or named == network_filter


def _choice(patch: Patch) -> Choice[hcm_pb2.HttpFilter]:
    chain = patch.match.listener.filter_chain if patch.match.listener else None
    sub = chain.filter.sub_filter if chain and chain.filter else None
    if sub is None:
        return Choice(lambda _: True, named=False)
    return Choice(lambda one: one.name == sub.name, named=True)


def with_extensions(
    manager: Manager, configs: Iterable[extension_pb2.TypedExtensionConfig]
) -> bool:
    """Write configurations that filters ask for by name into them; say whether any was."""
    known = {one.name: one.typed_config for one in configs}
    found = False
    for one in manager.http_filters:
        if one.HasField("config_discovery") and one.name in known:
            one.typed_config.CopyFrom(known[one.name])
            found = True
    return found
