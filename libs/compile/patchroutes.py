"""Patches of one route configuration, its virtual hosts and their routes."""

from collections.abc import Iterable, Sequence
from typing import Final

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.patches import Patch
from libs.compile.patchlists import Choice, changed
from libs.envoy.hcm import Side
from libs.envoy.merging import merge
from libs.meshapi.envoyfilter import RouteConfigurationMatch, RouteMatch

_ACTIONS: Final = {
    "ROUTE": "route",
    "REDIRECT": "redirect",
    "DIRECT_RESPONSE": "direct_response",
}
_PARTS: Final = ("ROUTE_CONFIGURATION", "VIRTUAL_HOST", "HTTP_ROUTE")
_HTTPS_PARTS: Final = 5


def patched_routes(
    routes: route_pb2.RouteConfiguration, patches: Iterable[Patch], side: Side
) -> route_pb2.RouteConfiguration:
    """Return the routes as patches make them."""
    mine = [
        one
        for one in patches
        if one.apply_to in _PARTS and one.is_for(side) and _is_configuration(routes.name, one)
    ]
    if not mine:
        return routes
    result = route_pb2.RouteConfiguration()
    result.CopyFrom(routes)
    for patch in mine:
        if patch.apply_to == "ROUTE_CONFIGURATION" and patch.merges and patch.value is not None:
            merge(result, patch.value, replace_lists=patch.replaces_lists)
    hosts = [one for one in mine if one.apply_to == "VIRTUAL_HOST"]
    kept = [
        patched
        for host in result.virtual_hosts
        if (patched := _host(host, hosts, [one for one in mine if one.apply_to == "HTTP_ROUTE"]))
    ]
    kept += [
        patch.value
        for patch in hosts
        if patch.operation == "ADD" and isinstance(patch.value, rc.VirtualHost)
    ]
    del result.virtual_hosts[:]
    result.virtual_hosts.extend(kept)
    return routes if result == routes else result


def _is_configuration(name: str, patch: Patch) -> bool:
    match = patch.match.route_configuration
    if match is None:
        return True
    port, port_name, gateway = _parts(name)
    return (
        match.name in ("", name)
        and match.port_number in (0, port)
        and match.port_name in ("", port_name)
        and match.gateway in ("", gateway)
    )


def _parts(name: str) -> tuple[int, str, str]:
    """Read `9080`, `inbound|9080||`, `http.80` or `https.443.name.gateway.namespace`."""
    parts = name.split(".")
    if parts[0] == "https" and len(parts) >= _HTTPS_PARTS:
        return _number(parts[1]), parts[2], f"{parts[4]}/{parts[3]}"
    if parts[0] == "http" and len(parts) > 1:
        return _number(parts[1]), "", ""
    if name.startswith("inbound|"):
        return _number(name.split("|")[1]), "", ""
    return _number(name), "", ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else -1


def _host(
    host: rc.VirtualHost, patches: Sequence[Patch], routes: Sequence[Patch]
) -> rc.VirtualHost | None:
    """Change a virtual host, then its routes; None when it is removed."""
    for patch in patches:
        if not _is_host(host, patch.match.route_configuration):
            continue
        if patch.operation == "REMOVE":
            return None
        if patch.merges and patch.value is not None:
            merge(host, patch.value, replace_lists=patch.replaces_lists)
        elif patch.operation == "REPLACE" and isinstance(patch.value, rc.VirtualHost):
            host.CopyFrom(patch.value)
    mine = [one for one in routes if _is_host(host, one.match.route_configuration)]
    if mine:
        _routes(host, mine)
    return host


def _is_host(host: rc.VirtualHost, match: RouteConfigurationMatch | None) -> bool:
    if match is None or match.vhost is None:
        return True
    domain = match.vhost.domain_name
    return match.vhost.name in ("", host.name) and (not domain or domain in host.domains)


def _routes(host: rc.VirtualHost, patches: Sequence[Patch]) -> None:
    """Merge and remove first, then add."""
    for patch in patches:
        choice = _choice(patch)
        for one in host.routes:
            if patch.merges and patch.value is not None and choice.fits(one):
                merge(one, patch.value, replace_lists=patch.replaces_lists)
    for removes in (True, False):
        for patch in patches:
            if not patch.merges and (patch.operation == "REMOVE") is removes:
                kept = _changed(list(host.routes), patch)
                del host.routes[:]
                host.routes.extend(kept)


def _changed(routes: Sequence[rc.Route], patch: Patch) -> list[rc.Route]:
    """Removing without a route removes all of them; inserting first wants the named one there."""
    choice = _choice(patch)
    if patch.operation == "REMOVE":
        return [one for one in routes if not choice.fits(one)]
    missing = choice.named and not any(map(choice.fits, routes))
    if patch.operation == "INSERT_FIRST" and missing:
        return list(routes)
    return changed(routes, patch, choice)


def _choice(patch: Patch) -> Choice[rc.Route]:
    match = patch.match.route_configuration
    wanted = match.vhost.route if match and match.vhost else None
    if wanted is None:
        return Choice(lambda _: True, named=False)
    return Choice(lambda one: _is_route(one, wanted), named=True)


def _is_route(one: rc.Route, match: RouteMatch) -> bool:
    action = _ACTIONS.get(match.action)
    return match.name in ("", one.name) and action in (None, one.WhichOneof("action"))
