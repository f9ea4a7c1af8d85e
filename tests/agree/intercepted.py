"""A sidecar into which all connections of its workload are redirected, out and in."""

from collections.abc import Mapping
from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import patches, policies, rules, servertls
from tests.agree.dice import Dice
from tests.agree.policyrules import SOURCES
from tests.agree.trial import (
    ADDRESS,
    WORKLOADS_ADDRESS,
    Ground,
    Trial,
    caller,
    workload_entries,
    written,
)
from tools.child.ports import free_ports

_ROOT = "istio-system"
_WEB, _ODD, _BYTES, _SEALED = 80, 82, 9000, 8443
# All below are loopback addresses, so that who calls what nobody serves is refused at once.
_NAMELESS, _ELSEWHERE = "127.96.0.99", "127.96.0.98"
_STATED = 8088
_NETWORK, _WITHIN = "127.97.1.0/24", "127.97.1.7"
_AT: Mapping[str, str] = {
    "web": "127.96.0.1",
    "told": "127.96.0.2",
    "bytes": "127.96.0.3",
    "odd": "127.96.0.4",
    "sealed": "127.96.0.5",
}


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw services with addresses of their own, a workload with ports, and calls both ways."""
    outbound, inbound, told = free_ports(3)
    drawn = rules.rules(dice, ("web", "told"))
    demand = dice.one(("", "STRICT", "STRICT", "PERMISSIVE", "DISABLE"))
    objects = [
        *_services(dice, ground),
        *_own(dice, ground),
        *([_peers(demand)] if demand else []),
        *([_sidecar(dice, ground)] if dice.chance(0.6) else []),
        *_rules(dice, drawn),
        *patches.of_intercepted(dice, [number for _, number in ground.own], _ODD),
    ]
    folder = ground.folder
    proxy = caller(
        ProxyType.SIDECAR,
        TLS_SERVER_CERT_CHAIN=f"{folder}/mesh.pem",
        TLS_SERVER_KEY=f"{folder}/mesh.key",
        TLS_SERVER_ROOT_CERT=f"{folder}/ca.pem",
        INTERCEPTION_MODE="REDIRECT",
    )
    mesh: dict[str, Any] = {"proxyListenPort": outbound, "proxyInboundListenPort": inbound}
    if dice.chance(0.8):
        mode = dice.one(("ALLOW_ANY", "ALLOW_ANY", "REGISTRY_ONLY"))
        mesh["outboundTrafficPolicy"] = {"mode": mode}
    made = [
        _out(dice, ground, drawn) if dice.chance(0.6) else _in(dice, ground, demand)
        for _ in range(calls)
    ]
    if dice.chance(0.5):
        mesh["proxyHttpPort"] = told
        made = [*made[: -calls // 6], *(_told(dice, told) for _ in made[-calls // 6 :])]
    redirected = {"outbound": outbound, "inbound": inbound}
    return Trial(tuple(objects), proxy, tuple(made), mesh, redirected)


def _service(name: str, port: dict[str, Any], app: str = "echo", **more: Any) -> dict[str, Any]:
    """Return a Service whose port is the one that its workloads call `http`."""
    address = {"clusterIP": _AT[name]} if name in _AT else {}
    ports = [{"targetPort": "http", **port}]
    return written("Service", name, {"selector": {"app": app}, "ports": ports, **address, **more})


def _services(dice: Dice, ground: Ground) -> list[dict[str, Any]]:
    """Draw services whose ports say their protocol in every way, or do not say it."""
    behind = _first(ground)
    told = {"name": "misleading-tcp", "appProtocol": dice.one(("http", "kubernetes.io/ws"))}
    if dice.chance(0.3):
        told = {"name": dice.one(("http", "http-web"))}
    odd = {"name": "unclear"} if dice.chance(0.5) else {}
    stated: dict[str, Any] = {}
    if dice.chance(0.6):
        stated["trafficDistribution"] = "PreferClose"
    if dice.chance(0.6):
        stated["type"] = "ClusterIP"
    if dice.chance(0.6):
        stated["publishNotReadyAddresses"] = True
    alias = {"type": "ExternalName", "externalName": "localhost"}
    network = {
        "hosts": ["network.example"],
        "addresses": [_NETWORK],
        "ports": [{"number": _BYTES, "name": "tcp", "protocol": "TCP"}],
        "resolution": "STATIC",
        "endpoints": [{"address": WORKLOADS_ADDRESS, "ports": {"tcp": behind}}],
    }
    return [
        *workload_entries(ground.plain, "echo"),
        *_renamed(workload_entries(ground.encrypted, "sealed")),
        _service("web", {"name": "http", "port": _WEB}, clusterIPs=[_AT["web"]], **stated),
        _service("told", {**told, "port": _WEB}, **_near(dice)),
        _service("odd", {**odd, "port": _ODD}, **stated),
        _service("bytes", {"name": "tcp", "port": _BYTES, "protocol": "TCP"}),
        _service("sealed", {"name": dice.one(("tls", "https")), "port": _SEALED}, "sealed"),
        _service("headless", {"name": "http", "port": behind}, clusterIP="None"),
        written("Service", "alias", {**alias, "ports": [{"name": "http", "port": behind}]}),
        written("ServiceEntry", "network", network),
    ]


def _near(dice: Dice) -> dict[str, Any]:
    """Draw which endpoints callers take; there are none on the proxy's own node."""
    if dice.chance(0.4):
        return {}
    return {"internalTrafficPolicy": dice.one(("Cluster", "Local"))}


def _first(ground: Ground) -> int:
    """Return the number of the workload behind services of its very port."""
    return next(number for _, number in ground.plain)


def _renamed(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Give WorkloadEntries names of their own."""
    for one in entries:
        one["metadata"]["name"] = f"sealed-{one['metadata']['name']}"
    return entries


def _own(dice: Dice, ground: Ground) -> list[dict[str, Any]]:
    """Draw what the workload itself is known for: of its two ports, one or both."""
    numbers = [number for _, number in ground.own]
    several = dice.chance(0.5)
    names = ("http", "tcp", "unclear" if several else "")
    ports = [{"name": dice.one(names), "port": 8080, "targetPort": numbers[0]}]
    if several:
        ports.append({"name": "tcp-more", "port": 8081, "targetPort": numbers[1]})
    entry = {"address": ADDRESS, "labels": {"app": "caller"}, "serviceAccount": "default"}
    return [
        written("Service", "mine", {"selector": {"app": "caller"}, "ports": ports}),
        written("WorkloadEntry", "mine", entry),
    ]


def _peers(demand: str) -> dict[str, Any]:
    return written("PeerAuthentication", "mesh", {"mtls": {"mode": demand}}, _ROOT)


def _sidecar(dice: Dice, ground: Ground) -> dict[str, Any]:
    """Draw a Sidecar that leaves redirected connections where they are."""
    spec: dict[str, Any] = {"workloadSelector": {"labels": {"app": "caller"}}}
    listener: dict[str, Any] = {"hosts": ["*/*"]}
    if dice.chance(0.7):
        listener["captureMode"] = dice.one(("IPTABLES", "DEFAULT"))
    spec["egress"] = [listener]
    if dice.chance(0.5):
        port = {"number": _STATED, "name": "http", "protocol": "HTTP"}
        one = {"port": port, "hosts": ["./*"], "captureMode": "IPTABLES"}
        spec["egress"] = [{**one, "bind": _ELSEWHERE} if dice.chance(0.5) else one, listener]
    if dice.chance(0.6):
        own = next(number for _, number in ground.own)
        behind = dice.one([number for _, number in ground.plain])
        protocol = dice.one(("HTTP", "TCP"))
        arriving: dict[str, Any] = {
            "port": {"number": own, "name": protocol.lower(), "protocol": protocol},
            "defaultEndpoint": f"127.0.0.1:{behind}",
            "captureMode": dice.one(("IPTABLES", "IPTABLES", "DEFAULT")),
        }
        if dice.chance(0.4):
            arriving["connectionPool"] = policies.pool(dice)
        spec["ingress"] = [arriving]
    if dice.chance(0.5):
        spec["outboundTrafficPolicy"] = {"mode": dice.one(("ALLOW_ANY", "REGISTRY_ONLY"))}
    return written("Sidecar", "default", spec)


def _rules(dice: Dice, drawn: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let requests to one service have rules, and the connections of another."""
    for rule in drawn:
        for one in rule.get("match", ()):
            if "port" in one:
                one["port"] = dice.one((_WEB, _WEB, 1))
        for place in _places(rule):
            place["host"] = dice.one(("web", "told"))
            place["port"] = {"number": _WEB}
            place.pop("subset", None)
    odd = {"hosts": ["odd"], "http": [_ended(dice), {"name": "rest", "route": _ODD_ROUTE}]}
    made = [
        written("VirtualService", "web", {"hosts": ["web"], "http": drawn}),
        written("VirtualService", "odd", odd),
    ]
    if dice.chance(0.5):
        route = [{"destination": {"host": "bytes", "port": {"number": _BYTES}}}]
        rule = {"match": [{"port": _BYTES}], "route": route}
        made.append(written("VirtualService", "bytes", {"hosts": ["bytes"], "tcp": [rule]}))
    return made


_ODD_ROUTE = [{"destination": {"host": "odd", "port": {"number": _ODD}}}]


def _ended(dice: Dice) -> dict[str, Any]:
    """Draw a rule that shows whether requests are read."""
    match = [{"name": "m0", "uri": {"prefix": dice.one(("/a", "/7", "/"))}}]
    return {"name": "ended", "match": match, "directResponse": {"status": 418}}


def _places(rule: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the destinations of a rule."""
    found = [one["destination"] for one in rule.get("route", ())]
    found += [rule["mirror"]] if "mirror" in rule else []
    return [*found, *(one["destination"] for one in rule.get("mirrors", ()))]


def _out(dice: Dice, ground: Ground, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    """Draw a call of the workload: to an address of a service, to another's, to nobody's."""
    kind = dice.number(0, 9)
    if kind <= 5:
        return _request(dice, ground, drawn)
    call: dict[str, Any] = {"host": "x", "protocol": "tcp", "mode": "outbound"}
    if kind == 6:
        at = dice.one((_AT["bytes"], _AT["bytes"], _WITHIN))
        return call | {"address": at, "port": _BYTES}
    if kind == 7:
        sealed = {"tls": "tls", "sni": "sealed.default.svc.cluster.local"}
        return call | sealed | {"address": _AT["sealed"], "port": _SEALED}
    address, port = dice.one([at for at in ground.plain if at[1] != _first(ground)])
    return call | {"address": address, "port": port}


def _request(dice: Dice, ground: Ground, drawn: list[dict[str, Any]]) -> dict[str, Any]:
    name = dice.one(("web", "web", "told", "told", "odd", "odd", "headless", "alias", "nobody"))
    at_first = {"alias": _first(ground), "headless": _first(ground)}
    port = {"odd": _ODD, **at_first}.get(name, _WEB)
    address = _AT.get(name, _NAMELESS)
    if name == "headless":
        address = WORKLOADS_ADDRESS
    elif dice.chance(0.1):
        address = dice.one((_NAMELESS, *_AT.values()))
    call: dict[str, Any] = {
        "mode": "outbound",
        "address": address,
        "port": port,
        "host": dice.one((name, f"{name}.default", f"{name}.default.svc.cluster.local:{port}")),
        "method": dice.one(rules.METHODS),
        "path": rules.path(dice),
        "headers": {one: dice.one(rules.VALUES) for one in dice.some(rules.HEADERS, 2)},
    }
    if dice.chance(0.1):
        call |= {"address": _ELSEWHERE, "port": _STATED}
    elif name == "web" and dice.chance(0.5):
        rules.aim(dice, call, dice.one(drawn))
    return call


def _told(dice: Dice, port: int) -> dict[str, Any]:
    """Draw a request of a program that knows of its proxy."""
    name = dice.one(("web", "told", "web.default", "odd", "nobody"))
    stated = dice.one(("", f":{_ODD if name == 'odd' else _WEB}"))
    return {
        "mode": "outbound",
        "address": WORKLOADS_ADDRESS,
        "port": port,
        "host": f"{name}{stated}",
        "path": rules.path(dice),
    }


def _in(dice: Dice, ground: Ground, demand: str) -> dict[str, Any]:
    """Draw a call to the workload, at a port that it is known for or at another.

    Bytes are only for the second port: at the first one requests may be read. Where nobody ends
    TLS none is spoken, for the programs speak none.
    """
    call: dict[str, Any] = {
        "mode": "inbound",
        "address": ADDRESS,
        "port": dice.one([number for _, number in ground.own]),
        "source": {"ip": dice.one(SOURCES)},
        "host": dice.one(("mine", "mine.default", "nobody.example")),
        "method": dice.one(rules.METHODS),
        "path": rules.path(dice),
    }
    if demand != "DISABLE" and dice.chance(0.5):
        call |= {"tls": "mtls", "sni": "mine.default.svc.cluster.local"}
        call["source"]["principal"] = servertls.PRINCIPAL
        if call["port"] != next(number for _, number in ground.own) and dice.chance(0.5):
            call["protocol"] = "tcp"
    return call
