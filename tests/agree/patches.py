"""Random EnvoyFilters whose patches show in answers, over a configuration with requests."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import batch, services
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, TARGET, Ground, Trial, written
from tools.child.ports import free_ports

_TYPES = "type.googleapis.com/envoy.extensions.filters"
_MANAGER = "envoy.filters.network.http_connection_manager"
_HTTP = f"{_TYPES}.network.http_connection_manager.v3.HttpConnectionManager"
_FAULT = f"{_TYPES}.http.fault.v3.HTTPFault"
_NAMED, _ADDED = "dns.example", "added.example"
_FAULT_HEADER = "x-fault-"
_FILTERS = 4
"""How many faults patches add; a header of a call, with a number, asks for one of them."""
_PATCHED = ("h0", "h1", "h2", "e0.example", "e1.example")
Patch = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Place:
    """What patches are about: a port, its listener and routes, and hosts with rules."""

    dice: Dice
    ground: Ground
    port: int
    extra_port: int
    at_gateway: bool
    rules: dict[str, list[str]]

    @property
    def context(self) -> str:
        """The side of the proxy, or all of them."""
        side = "GATEWAY" if self.at_gateway else "SIDECAR_OUTBOUND"
        return self.dice.one((side, side, "ANY"))

    @property
    def configuration(self) -> Patch:
        """Ways to name the one route configuration."""
        ways: list[Patch] = [{"portNumber": self.port}]
        if self.at_gateway:
            ways.append({"name": f"http.{self.port}.{ADDRESS}"})
        else:
            ways.append({"name": str(self.port)})
        return self.dice.one(ways)

    def host(self, host: str) -> Patch:
        """Ways to name the virtual host of a host."""
        own = f"{host.partition('.')[0]}.example.com" if self.at_gateway else host
        full = own if "." in own else f"{own}.default.svc.cluster.local"
        return self.dice.one(({"name": f"{full}:{self.port}"}, {"domainName": own}))


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw a configuration with patches, and calls that meet both."""
    port, extra_port = free_ports(2)
    base = batch.draw(dice, port, ground, calls, chancy=False)
    base = replace(base, split=frozenset(), roots={})
    at_gateway = base.proxy.type is ProxyType.ROUTER
    named = {host: [rule["name"] for rule in held] for host, held in base.drawn.items()}
    place = _Place(dice, ground, port, extra_port, at_gateway, named)
    filters = [
        written("EnvoyFilter", f"patch{at}", _spec(dice, patches))
        for at, patches in enumerate(_patches(place))
    ]
    metadata = {**base.proxy.metadata, "ISTIO_VERSION": "1.27.3", "STAGE": "canary"}
    made = tuple(_call(place, dict(call)) for call in base.calls)
    objects = (*base.objects, *_resolved(place), *filters)
    return Trial(objects, replace(base.proxy, metadata=metadata), made)


def _spec(dice: Dice, patches: list[Patch]) -> dict[str, Any]:
    """Draw for whom patches are: the proxy of the trial is always among them."""
    for one in patches:
        if dice.chance(0.4):
            version: Patch = {"proxyVersion": "1\\.2.*"} if dice.chance(0.5) else {}
            staged: Patch = {"metadata": {"STAGE": "canary"}}
            one["match"]["proxy"] = version or staged
    spec: dict[str, Any] = {"configPatches": patches}
    if dice.chance(0.5):
        spec["workloadSelector"] = {"labels": {"app": "caller"}}
    elif dice.chance(0.4):
        spec["targetRefs"] = [TARGET]
    if dice.chance(0.4):
        spec["priority"] = dice.number(-2, 2)
    return spec


def _resolved(place: _Place) -> list[dict[str, Any]]:
    """Return a host whose endpoints stand in its cluster, with a subset, and rules for both."""
    at = next(port for _, port in place.ground.plain)
    entry = services.entry_by_name(_NAMED, place.port, at)
    routes = [
        {
            "name": "subset",
            "match": [{"name": "only", "uri": {"prefix": "/a"}}],
            "route": [{"destination": {"host": _NAMED, "subset": "v1"}}],
        },
        {"name": "whole", "route": [{"destination": {"host": _NAMED}}]},
    ]
    spec: dict[str, Any] = {"hosts": [_NAMED], "http": routes}
    if place.at_gateway:
        spec["gateways"] = ["edge"]
    subsets = [{"name": "v1", "labels": {"version": "v1"}}]
    return [
        entry,
        written("VirtualService", "dns", spec),
        written("DestinationRule", "dns", {"host": _NAMED, "subsets": subsets}),
    ]


def _patches(place: _Place) -> Iterator[list[Patch]]:
    """Yield the patches of each EnvoyFilter."""
    dice = place.dice
    hosts = _PATCHED
    yield [_about_routes(place, "ROUTE_CONFIGURATION", {}, "MERGE", _marked("x-configuration"))]
    host = dice.one(hosts)
    marked = _marked("x-host")
    yield [_about_routes(place, "VIRTUAL_HOST", {"vhost": place.host(host)}, "MERGE", marked)]
    gone = dice.one(hosts)
    yield [_about_routes(place, "VIRTUAL_HOST", {"vhost": place.host(gone)}, "REMOVE", None)]
    other = {"name": "other", "domains": ["other.example"], "routes": [_answer("/", 298)]}
    replaced = {"vhost": place.host(dice.one(hosts))}
    yield [_about_routes(place, "VIRTUAL_HOST", replaced, "REPLACE", other)]
    for action in ("ROUTE", "REDIRECT", "DIRECT_RESPONSE", "ANY"):
        routes = {"vhost": {"route": {"action": action}}}
        marked = _marked(f"x-{action.lower().replace('_', '-')}")
        yield [_about_routes(place, "HTTP_ROUTE", routes, "MERGE", marked)]
    for _ in range(12):
        yield [_route(place, dice.one(hosts))]
    yield [_cluster(place), _host_added(place)]
    ways: list[Patch] = [
        {"service": _NAMED},
        {"portNumber": place.port, "service": _NAMED},
        {"name": f"outbound|{place.port}||{_NAMED}"},
    ]
    ways.append({"service": _NAMED, "subset": "v1"})
    for weight, way in enumerate(ways, 2):
        yield [_more_endpoints(place, way, weight)]
    yield [_listener(place)]
    for at in range(_FILTERS):
        yield [_http_filter(place, at)]
    yield [_in_listener(place, "FILTER_CHAIN", {}, "MERGE", {"name": "patched"})]
    if dice.chance(0.8):
        config = {"@type": _HTTP, "codec_type": "HTTP1"}
        match = {"filterChain": {"filter": {"name": _MANAGER}}}
        value = {"name": _MANAGER, "typed_config": config}
        yield [_in_listener(place, "NETWORK_FILTER", match, "MERGE", value)]


def _patch(apply_to: str, match: Patch, operation: str, value: Patch | None) -> Patch:
    patch: Patch = {"operation": operation} | ({} if value is None else {"value": value})
    return {"applyTo": apply_to, "match": match, "patch": patch}


def _about_routes(
    place: _Place, apply_to: str, more: Patch, operation: str, value: Patch | None
) -> Patch:
    match = {"context": place.context, "routeConfiguration": {**place.configuration, **more}}
    return _patch(apply_to, match, operation, value)


def _in_listener(
    place: _Place, apply_to: str, more: Patch, operation: str, value: Patch | None
) -> Patch:
    ways: list[Patch] = [{"portNumber": place.port}, {"name": f"{ADDRESS}_{place.port}"}]
    match = {"context": place.context, "listener": {**place.dice.one(ways), **more}}
    return _patch(apply_to, match, operation, value)


def _marked(name: str) -> Patch:
    return {"response_headers_to_add": [{"header": {"key": name, "value": "patched"}}]}


def _answer(prefix: str, status: int) -> Patch:
    return {"match": {"prefix": prefix}, "direct_response": {"status": status}}


def _route(place: _Place, host: str) -> Patch:
    """Draw a change of the routes of a host."""
    dice = place.dice
    operation = dice.one(
        (
            "INSERT_FIRST",
            "INSERT_FIRST",
            "INSERT_BEFORE",
            "INSERT_AFTER",
            "ADD",
            "REMOVE",
            "REMOVE",
            "INSERT_BEFORE",
            *["MERGE"] * 6,
        )
    )
    vhost = place.host(host)
    if operation == "MERGE" and dice.chance(0.7):
        vhost["route"] = {"action": dice.one(("ROUTE", "ANY", "REDIRECT", "DIRECT_RESPONSE"))}
    elif operation not in ("INSERT_FIRST", "ADD"):
        vhost["route"] = {"name": f"{place.rules[host][0]}.m0"}
    value: Patch | None = None
    if operation == "MERGE":
        operation = dice.one(("MERGE", *["MERGE_AND_REPLACE_LIST"] * 3))
        value = _marked("x-route")
    elif operation != "REMOVE":
        value = _answer(dice.one(("/", "/a", "/ab")), dice.number(290, 299))
        value["name"] = f"patched-{value['direct_response']['status']}"
    return _about_routes(place, "HTTP_ROUTE", {"vhost": vhost}, operation, value)


def _cluster(place: _Place) -> Patch:
    at = place.dice.one([port for _, port in place.ground.plain])
    value = {"name": "added", "type": "STATIC", "load_assignment": _assignment("added", at)}
    return _patch("CLUSTER", {"context": place.context}, "ADD", value)


def _assignment(name: str, port: int, weight: int = 1) -> Patch:
    address = {"socket_address": {"address": "127.0.0.1", "port_value": port}}
    endpoints = [
        {"lb_endpoints": [{"endpoint": {"address": address}, "load_balancing_weight": weight}]}
    ]
    return {"cluster_name": name, "endpoints": endpoints}


def _host_added(place: _Place) -> Patch:
    route = {"match": {"prefix": "/"}, "route": {"cluster": "added"}}
    value = {"name": _ADDED, "domains": [_ADDED], "routes": [route]}
    return _about_routes(place, "VIRTUAL_HOST", {}, "ADD", value)


def _more_endpoints(place: _Place, cluster: Patch, weight: int) -> Patch:
    """Let a cluster whose endpoints are its own have one more."""
    at = [port for _, port in place.ground.plain][1]
    value = {"load_assignment": {"endpoints": _assignment("", at, weight)["endpoints"]}}
    match = {"context": place.context, "cluster": cluster}
    return _patch("CLUSTER", match, "MERGE", value)


def _listener(place: _Place) -> Patch:
    routes = {"virtual_hosts": [{"name": "*", "domains": ["*"], "routes": [_answer("/", 297)]}]}
    router = {"@type": f"{_TYPES}.http.router.v3.Router"}
    config = {
        "@type": _HTTP,
        "stat_prefix": "added",
        "route_config": routes,
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }
    at = {"socket_address": {"address": ADDRESS, "port_value": place.extra_port}}
    chain = {"filters": [{"name": _MANAGER, "typed_config": config}]}
    value = {"name": "added", "address": at, "filter_chains": [chain]}
    return _patch("LISTENER", {"context": place.context}, "ADD", value)


def _http_filter(place: _Place, number: int) -> Patch:
    """Draw one more filter, which ends some requests, or leave one out."""
    dice = place.dice
    manager: Patch = {"name": _MANAGER}
    operation = dice.one(
        (
            *["INSERT_FIRST"] * 2,
            *["INSERT_BEFORE", "INSERT_AFTER"] * 2,
            *["ADD"] * 7,
            "REMOVE",
            "REPLACE",
        )
    )
    if operation in ("INSERT_BEFORE", "INSERT_AFTER"):
        last = operation == "INSERT_BEFORE"
        manager["subFilter"] = {"name": f"envoy.filters.http.{'router' if last else 'cors'}"}
    elif operation in ("REMOVE", "REPLACE"):
        manager["subFilter"] = {"name": "envoy.filters.http.cors"}
    header = {"name": f"{_FAULT_HEADER}{number}", "present_match": True}
    abort = {"http_status": 450 + number, "percentage": {"numerator": 100}}
    config = {"@type": _FAULT, "abort": abort, "headers": [header]}
    value = {"name": f"patched.fault{number}", "typed_config": config}
    more = {"filterChain": {"filter": manager}}
    removes = operation == "REMOVE"
    made = _in_listener(place, "HTTP_FILTER", more, operation, None if removes else value)
    if operation == "ADD":
        classes = ("AUTHN", "AUTHZ", "STATS", "UNSPECIFIED")
        made["patch"]["filterClass"] = dice.one(classes)
    return made


def _call(place: _Place, call: Patch) -> Patch:
    """Turn some calls to what only patches and their own host have."""
    call["headers"] = dict(call["headers"])
    if place.dice.chance(0.5):
        call["headers"][f"{_FAULT_HEADER}{place.dice.number(0, _FILTERS - 1)}"] = "1"
    kind = place.dice.number(0, 11)
    if kind == 0:
        return {**call, "host": _ADDED}
    if kind in (1, 2):
        path = "/a" if place.dice.chance(0.4) else call["path"]
        return {**call, "host": _NAMED, "path": path}
    if kind == 3:
        return {**call, "port": place.extra_port}
    host = place.dice.one((*_PATCHED, "other.example"))
    if host != "other.example" and place.at_gateway:
        host = f"{host.partition('.')[0]}.example.com"
    if kind == 4:
        call["protocol"] = "http2"
    return {**call, "host": host} if kind < 9 else call


def of_gateway(dice: Dice, ports: list[int], crossed_port: int, names: list[str]) -> list[Patch]:
    """Return EnvoyFilters that mark parts of a gateway, found by what they take or are called.

    `names` are those of the ports whose requests are encrypted.
    """
    chains: tuple[tuple[int, Patch], ...] = (
        *((port, {"transportProtocol": "tls"}) for port in ports),
        *((port, {"sni": "shop.example"}) for port in ports),
        (crossed_port, {"applicationProtocols": "istio"}),
    )
    made = [_named(dice, "GATEWAY", port, {"filterChain": chain}) for port, chain in chains]
    for more in ({"gateway": "default/edge"}, *({"portName": name} for name in names)):
        match = {"context": "GATEWAY", "routeConfiguration": more}
        made.append(_patch("ROUTE_CONFIGURATION", match, "MERGE", _marked(f"x-{len(made)}")))
    return _written(made)


def of_arrivals(dice: Dice, ports: list[int]) -> list[Patch]:
    """Return EnvoyFilters that give names to the filter chains of ports."""
    return _written([_named(dice, "SIDECAR_INBOUND", port, {}) for port in ports])


def _named(dice: Dice, context: str, port: int, more: Patch) -> Patch:
    listener = {"portNumber": port, **more}
    match = {"context": dice.one((context, context, "ANY")), "listener": listener}
    return _patch(
        "FILTER_CHAIN",
        match,
        "MERGE",
        {"name": f"by-{'-'.join(more.get('filterChain', {})) or 'port'}"},
    )


def _written(patches: list[Patch]) -> list[Patch]:
    return [
        written("EnvoyFilter", f"mark{at}", {"configPatches": [one]})
        for at, one in enumerate(patches)
    ]


def of_intercepted(dice: Dice, ports: list[int], guessed: int) -> list[Patch]:
    """Return EnvoyFilters that mark chains of the listener of redirected calls to a workload.

    One may keep a listener from looking for requests, at a `guessed` port of a service.
    """
    ways: tuple[Patch, ...] = (
        {"filterChain": {"destinationPort": dice.one(ports)}},
        {"filterChain": {"name": "virtualInbound-catchall"}},
        {"filterChain": {"name": f"0.0.0.0_{ports[0]}"}},
    )
    listener = {"name": "virtualInbound"}
    patched: list[Patch] = []
    for way in ways:
        match = {"context": "SIDECAR_INBOUND", "listener": {**listener, **way}}
        named = {"name": f"by-{'-'.join(way['filterChain'])}"}
        patched.append(_patch("FILTER_CHAIN", match, "MERGE", named))
    found = dice.some(patched, 3)
    if dice.chance(0.6):
        blind = {"portNumber": guessed, "listenerFilter": "envoy.filters.listener.http_inspector"}
        match = {"context": "SIDECAR_OUTBOUND", "listener": blind}
        found.append(_patch("LISTENER_FILTER", match, "REMOVE", None))
    return _written(found)
