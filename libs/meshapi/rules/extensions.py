"""Rules of WasmPlugin, TrafficExtension and EnvoyFilter."""

from collections.abc import Iterator

from libs.meshapi.envoyfilter import ConfigMatch, ConfigPatch, EnvoyFilter
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules.common import alternatives, unique, written
from libs.meshapi.rules.selection import labels, selection
from libs.meshapi.trafficextension import TrafficExtension
from libs.meshapi.wasmplugin import TrafficMatch, VmConfig, WasmPlugin

_SCHEMES = ("file", "http", "https", "oci")
_FILTERS = frozenset({"HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER"})
_LISTENER_PARTS = frozenset({"LISTENER", "FILTER_CHAIN", *_FILTERS})
_ROUTE_PARTS = frozenset({"ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE"})
_RELATIVE = frozenset({"INSERT_BEFORE", "INSERT_AFTER", "INSERT_FIRST"})
_WITHOUT_VALUE = frozenset({"REMOVE", "INVALID"})


def check_wasm(obj: WasmPlugin) -> Iterator[Problem]:
    """Check selection, address, environment and ports."""
    spec = obj.spec
    yield from selection(spec)
    yield from _url(("spec", "url"), spec.url)
    yield from _vm(("spec", "vmConfig"), spec.vm_config)
    yield from _matches(("spec", "match"), spec.match)


def check_traffic(obj: TrafficExtension) -> Iterator[Problem]:
    """Check that there is exactly one program, and what a WasmPlugin would be checked for."""
    spec = obj.spec
    yield from selection(spec)
    if spec.lua is None and spec.wasm is None:
        yield Problem(("spec",), "the extension has no program; write `lua` or `wasm`")
    if spec.wasm is not None:
        yield from _url(("spec", "wasm", "url"), spec.wasm.url)
        yield from _vm(("spec", "wasm", "vmConfig"), spec.wasm.vm_config)
    yield from _matches(("spec", "match"), spec.match)


def _url(path: Path, url: str) -> Iterator[Problem]:
    scheme, separator, rest = url.partition("://")
    if (separator and scheme not in _SCHEMES) or not (rest if separator else url).strip("/"):
        text = f"{quoted(url)} is no address of a module; write one such as `oci://host/name:tag`"
        yield Problem(path, text)


def _vm(path: Path, vm: VmConfig | None) -> Iterator[Problem]:
    variables = vm.env if vm is not None else ()
    yield from unique((*path, "env"), [one.name for one in variables], "name", "variable")
    for index, one in enumerate(variables):
        if one.value_from == "HOST" and one.value:
            text = "the value comes from the host; remove `value`, or write `valueFrom: INLINE`"
            yield Problem((*path, "env", index, "value"), text, at_key=True)


def _matches(path: Path, matches: tuple[TrafficMatch, ...]) -> Iterator[Problem]:
    for index, match in enumerate(matches):
        numbers = [port.number for port in match.ports]
        yield from unique((*path, index, "ports"), numbers, "number", "port number")


def check_filter(obj: EnvoyFilter) -> Iterator[Problem]:
    """Check selection and that every patch applies to what it matches."""
    spec = obj.spec
    yield from selection(spec)
    if spec.workload_selector is not None:
        yield from labels(("spec", "workloadSelector", "labels"), spec.workload_selector.labels)
    for index, patch in enumerate(spec.config_patches):
        yield from _patch(("spec", "configPatches", index), patch)


def _patch(path: Path, patch: ConfigPatch) -> Iterator[Problem]:
    if patch.apply_to == "INVALID":
        text = "`applyTo` is missing; write what is patched, such as `HTTP_FILTER`"
        yield Problem(path, text)
    if patch.patch is None or patch.patch.operation == "INVALID":
        yield Problem((*path, "patch"), "the patch does nothing; write its `operation`")
    elif patch.patch.value is None and patch.patch.operation not in _WITHOUT_VALUE:
        text = f"operation `{patch.patch.operation}` needs a `value`; write it"
        yield Problem((*path, "patch"), text)
    elif patch.patch.operation in _RELATIVE and patch.apply_to not in (_FILTERS | {"HTTP_ROUTE"}):
        text = (
            f"operation `{patch.patch.operation}` is about the order of filters and routes, and "
            f"`{patch.apply_to}` has none; write `ADD` or `MERGE`"
        )
        yield Problem((*path, "patch", "operation"), text)
    if patch.match is not None:
        yield from _match((*path, "match"), patch.match, patch.apply_to)


def _match(path: Path, match: ConfigMatch, apply_to: str) -> Iterator[Problem]:
    yield from alternatives(path, match)
    if (match.context == "WAYPOINT") != (match.waypoint is not None):
        text = "context `WAYPOINT` and `waypoint` go together; write both or none"
        yield Problem(path, text)
    fits = {
        "listener": apply_to in _LISTENER_PARTS,
        "routeConfiguration": apply_to in _ROUTE_PARTS,
        "cluster": apply_to == "CLUSTER",
    }
    for name in written(match, *match.ALTERNATIVES[0]):
        if not fits.get(name, True):
            text = f"`{name}` cannot match a `{apply_to}`; write the match of that part"
            yield Problem((*path, name), text, at_key=True)
