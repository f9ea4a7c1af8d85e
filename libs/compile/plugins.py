"""WasmPlugins and TrafficExtensions as filters, in the order of their phases and priorities."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import orjson
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.compile.attaching import reaching, selected
from libs.compile.attachments import Attachments
from libs.compile.dressing import Manager, Spot
from libs.compile.httpfilters import place_of_phase, set_filters
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy
from libs.envoy import extension
from libs.envoy.extension import Program
from libs.envoy.hcm import Side
from libs.kernel.origins import ObjectKey
from libs.meshapi.trafficextension import TrafficExtension, WasmExtension
from libs.meshapi.wasmplugin import TrafficMatch, WasmPlugin, WasmPluginSpec

_FILE: Final = "file://"
_PHASES: Final = ("UNSPECIFIED", "STATS", "AUTHZ", "AUTHN")
"""Each is put before those that were put before it."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """One program, and the traffic that it sees."""

    key: ObjectKey
    phase: str
    priority: int
    match: tuple[TrafficMatch, ...]
    filter: hcm_pb2.HttpFilter | lc.Filter

    def sees(self, spot: Spot) -> bool:
        """Say whether it is for the calls at a spot; nothing written means all of them."""
        return not self.match or any(_fits(one, spot) for one in self.match)


def _fits(match: TrafficMatch, spot: Spot) -> bool:
    """A gateway is the client of those behind it."""
    sides = {"CLIENT": (Side.OUTBOUND, Side.GATEWAY), "SERVER": (Side.INBOUND,)}
    ports = [one.number for one in match.ports]
    return spot.side in sides.get(match.mode, tuple(Side)) and (not ports or spot.port in ports)


def plugins_for(
    attached: Attachments, proxy: Proxy, root: str, ledger: Ledger
) -> tuple[Plugin, ...]:
    """Return the programs of a proxy, the highest priority first."""
    found = [*_wasm(attached.wasm_plugins, proxy, root, ledger)]
    found += _extensions(attached.traffic_extensions, proxy, root, ledger)
    return tuple(sorted(found, key=lambda one: -one.priority))


def add_http(manager: Manager, plugins: Sequence[Plugin], spot: Spot) -> list[ObjectKey]:
    """Put the programs that see a spot among the HTTP filters; return whose they are."""
    mine = [
        (one, one.filter)
        for one in plugins
        if isinstance(one.filter, hcm_pb2.HttpFilter) and one.sees(spot)
    ]
    for phase in _PHASES:
        added = [each for one, each in mine if one.phase == phase]
        before = list(manager.http_filters)
        at = place_of_phase(before, phase)
        if added:
            set_filters(manager, [*before[:at], *added, *before[at:]])
    return [one.key for one, _ in mine]


def add_network(chain: lc.FilterChain, plugins: Sequence[Plugin], spot: Spot) -> list[ObjectKey]:
    """Put the programs for connections before all filters of a chain; return whose they are."""
    mine = [
        (one, one.filter) for one in plugins if isinstance(one.filter, lc.Filter) and one.sees(spot)
    ]
    if mine:
        kept = [*(each for _, each in mine), *chain.filters]
        del chain.filters[:]
        chain.filters.extend(kept)
    return [one.key for one, _ in mine]


def _wasm(
    plugins: Iterable[WasmPlugin], proxy: Proxy, root: str, ledger: Ledger
) -> Iterator[Plugin]:
    for one in reaching(plugins, proxy, root):
        spec = one.spec
        targets = (*([spec.target_ref] if spec.target_ref else []), *spec.target_refs)
        labels = spec.selector.match_labels if spec.selector else None
        if selected(proxy, labels, targets, one.namespace):
            phase = spec.phase.removesuffix("_PHASE")
            yield from _program(one, spec, (phase, spec.priority or 0, spec.match), ledger)


def _extensions(
    extensions: Iterable[TrafficExtension], proxy: Proxy, root: str, ledger: Ledger
) -> Iterator[Plugin]:
    for one in reaching(extensions, proxy, root):
        spec = one.spec
        labels = spec.selector.match_labels if spec.selector else None
        if not selected(proxy, labels, spec.target_refs, one.namespace):
            continue
        place = (spec.phase, spec.priority or 0, spec.match)
        if spec.lua is not None:
            code = extension.lua(_name(one), spec.lua.inline_code)
            yield Plugin(one.key, *place, code)
        elif spec.wasm is not None:
            yield from _program(one, spec.wasm, place, ledger)


_Place = tuple[str, int, tuple[TrafficMatch, ...]]


def _name(one: WasmPlugin | TrafficExtension) -> str:
    return f"{one.namespace}.{one.metadata.name}"


def _program(
    one: WasmPlugin | TrafficExtension,
    wasm: WasmPluginSpec | WasmExtension,
    place: _Place,
    ledger: Ledger,
) -> Iterator[Plugin]:
    """A module that is elsewhere is fetched by nobody: proxies get those on their own disk."""
    if not wasm.url.startswith(_FILE):
        ledger.problem(f"{one.key}: {NOT_FETCHED}")
        return
    env = wasm.vm_config.env if wasm.vm_config else ()
    program = Program(
        _name(one),
        wasm.url.removeprefix(_FILE),
        wasm.plugin_name or "",
        orjson.dumps(wasm.plugin_config).decode() if wasm.plugin_config else "",
        wasm.fail_strategy,
        {each.name: each.value for each in env if each.value_from == "INLINE"},
        [each.name for each in env if each.value_from == "HOST"],
    )
    network = wasm.type == "NETWORK"
    built = extension.wasm_network(program) if network else extension.wasm_http(program)
    yield Plugin(one.key, *place, built)


NOT_FETCHED: Final = (
    "no module is fetched for proxies; put it on their disk and write `file:///path/of.wasm`"
)
"""Why a module elsewhere has no effect."""
