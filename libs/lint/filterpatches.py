"""Patches of EnvoyFilters whose operation has no effect, or depends on what others patch.

Istio calls an operation without effect an error. Nothing but the patch is lost, so it is a warning.
A neighbour that is always there is one on which a patch can rely, so nothing is said of it.
Istio's page names routes among the parts that take no ADD and no REMOVE; they do take both.
"""

from collections.abc import Iterator

from libs.desired.finding import Finding
from libs.lint import istiorules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.envoyfilter import ConfigPatch, EnvoyFilter

_RELATIVE = frozenset({"INSERT_BEFORE", "INSERT_AFTER", "REPLACE", "MERGE", "REMOVE"})
_PLACED = frozenset({"INSERT_BEFORE", "INSERT_AFTER", "REPLACE"})
_FILTERS = frozenset({"HTTP_FILTER", "NETWORK_FILTER", "LISTENER_FILTER"})
_REPLACEABLE = _FILTERS | {"VIRTUAL_HOST", "HTTP_ROUTE"}
_ROUTES = "ROUTE_CONFIGURATION"


_ALWAYS_THERE = frozenset(
    {
        "",
        "envoy.filters.http.cors",
        "envoy.filters.http.fault",
        "envoy.filters.http.router",
        "envoy.filters.network.http_connection_manager",
        "envoy.filters.network.tcp_proxy",
    }
)
"""Neighbours that no EnvoyFilter has to bring."""


def check(_view: ClusterView, one: Subject[EnvoyFilter]) -> Iterator[Finding]:
    """Check the operation of every patch."""
    for index, patch in enumerate(one.object.spec.config_patches):
        path: Path = ("spec", "configPatches", index, "patch", "operation")
        yield from _without_effect(one, path, patch)
        yield from _relative(one, path, patch)


CHECKS = (each(EnvoyFilter, check),)


def _without_effect(one: Subject[EnvoyFilter], path: Path, patch: ConfigPatch) -> Iterator[Finding]:
    operation = patch.patch.operation if patch.patch else "INVALID"
    target = patch.apply_to
    if operation == "REPLACE" and target not in _REPLACEABLE:
        text = (
            f"operation `REPLACE` has no effect on `{target}`; write `MERGE`, or `REMOVE` and `ADD`"
        )
        yield report(istiorules.WRONG_REPLACE, one, path, text)
    elif operation == "ADD" and target == _ROUTES:
        text = f"operation `ADD` has no effect on `{target}`; write `MERGE`"
        yield report(istiorules.WRONG_ADD, one, path, text)
    elif operation == "REMOVE" and target == _ROUTES:
        text = (
            f"operation `REMOVE` has no effect on `{target}`; write `MERGE` with what it shall be"
        )
        yield report(istiorules.WRONG_REMOVE, one, path, text)


def _relative(one: Subject[EnvoyFilter], path: Path, patch: ConfigPatch) -> Iterator[Finding]:
    """Find operations relative to a filter that another EnvoyFilter may add later."""
    if one.object.spec.priority or patch.patch is None or patch.apply_to not in _FILTERS:
        return
    proxies = patch.match.proxy if patch.match else None
    by_version = proxies is not None and bool(proxies.proxy_version)
    operation = patch.patch.operation
    if by_version and operation in _RELATIVE:
        text = (
            f"`{operation}` depends on the order of EnvoyFilters and on `proxyVersion`; write a "
            "`priority`, or `INSERT_FIRST`"
        )
        yield report(istiorules.RELATIVE_PATCH_BY_VERSION, one, path, text)
    elif operation in _PLACED and _neighbour(patch) not in _ALWAYS_THERE:
        text = (
            f"`{operation}` has no effect where its neighbour comes from an EnvoyFilter that is "
            "applied later; write a `priority`, or `INSERT_FIRST`"
        )
        yield report(istiorules.RELATIVE_PATCH, one, path, text)


def _neighbour(patch: ConfigPatch) -> str:
    """Return the filter that an operation is relative to; empty for none in particular."""
    listener = patch.match.listener if patch.match else None
    if listener is None:
        return ""
    chain = listener.filter_chain
    found = chain.filter if chain is not None else None
    if found is None:
        return listener.listener_filter
    return found.sub_filter.name if found.sub_filter is not None else found.name
