"""A gateway with servers of every protocol and every mode of TLS."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import patches, rules, servertls, streams
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, workload_entries, written
from tools.child.ports import free_ports

_SHOPS = ("shop.example", "a.shop.example", "bank.example")
_CROSSED_PORT = 9443
_CROSSED = "crossed.default.svc.cluster.local"
_OF_WEB = 3
"""How much more often servers are asked that have more settings than others."""
Calls = Callable[[Dice], dict[str, Any]]


@dataclass(slots=True)
class _Edge:
    """A gateway in the making; `asked` draws calls to its servers."""

    dice: Dice
    ground: Ground
    servers: list[dict[str, Any]] = field(default_factory=list)
    objects: list[dict[str, Any]] = field(default_factory=list)
    asked: list[Calls] = field(default_factory=list)


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw a gateway, what stands behind it, and calls to it."""
    edge = _Edge(dice, ground)
    makers = (_web, _web, _redirecting, _passing, _plain, _ended, _crossing)
    ports = free_ports(len(makers))
    for make, port in zip(makers, ports, strict=True):
        make(edge, port)
    spec = {"selector": {"app": "caller"}, "servers": edge.servers}
    objects = [
        written("Gateway", "edge", spec),
        *servertls.secrets(ground.folder),
        *workload_entries(ground.plain, "echo"),
        written("Service", "echo", _SERVICE),
        *_rules(dice, ports[:3]),
        *patches.of_gateway(dice, ports[:2], ports[-1], _encrypted(edge.servers)),
        *edge.objects,
    ]
    folder = ground.folder
    proxy = caller(
        ProxyType.ROUTER,
        TLS_SERVER_CERT_CHAIN=f"{folder}/mesh.pem",
        TLS_SERVER_KEY=f"{folder}/mesh.key",
        TLS_SERVER_ROOT_CERT=f"{folder}/ca.pem",
    )
    made = tuple({**dice.one(edge.asked)(dice), "mode": "gateway"} for _ in range(calls))
    return Trial(tuple(objects), proxy, made)


def _encrypted(servers: list[dict[str, Any]]) -> list[str]:
    """Return the names of ports whose requests are encrypted."""
    ports = (
        one["port"]
        for one in servers
        if one.get("tls", {}).get("mode", "PASSTHROUGH") != "PASSTHROUGH"
    )
    return [one["name"] for one in ports if one["protocol"] == "HTTPS"]


_SERVICE = {"selector": {"app": "echo"}, "ports": [{"name": "http", "port": 80}]}


def _rules(dice: Dice, ports: list[int]) -> list[dict[str, Any]]:
    """Draw rules for the requests of each host."""
    made = []
    for host in _SHOPS:
        drawn = rules.rules(dice, ("echo",))
        drawn = [{**one, "name": f"{host.replace('.', '')}{one['name']}"} for one in drawn]
        for rule in drawn:
            for one in rule.get("match", ()):
                if "port" in one:
                    one["port"] = dice.one(ports)
        spec = {"hosts": [host], "gateways": ["edge"], "http": drawn}
        made.append(written("VirtualService", host.replace(".", "-"), spec))
    return _with_port(made)


def _with_port(made: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Let destinations name the port of the one service."""
    for one in made:
        for rule in one["spec"]["http"]:
            places = [route["destination"] for route in rule.get("route", ())]
            places += [rule["mirror"]] if "mirror" in rule else []
            places += [each["destination"] for each in rule.get("mirrors", ())]
            for place in places:
                place["host"] = "echo"
                place.pop("subset", None)
                if "port" in place:
                    place["port"] = {"number": 80}
    return made


def _port(number: int, protocol: str) -> dict[str, Any]:
    return {"number": number, "name": f"{protocol.lower()}-{number}", "protocol": protocol}


def _server(edge: _Edge, port: dict[str, Any], hosts: list[str], **more: Any) -> None:
    server = {"port": port, "hosts": hosts, "bind": ADDRESS, **more}
    if edge.dice.chance(0.5):
        server["name"] = f"server{len(edge.servers)}"
    edge.servers.append(server)


def _web(edge: _Edge, port: int) -> None:
    """Servers that end TLS and read requests, told apart by the server name."""
    folder, dice = edge.ground.folder, edge.dice
    pinned: set[str] = set()
    for hosts in (["shop.example", "*.shop.example"], ["default/bank.example"]):
        tls = servertls.ending(dice, folder, at_gateway=True)
        if tls.keys() & {"verifyCertificateHash", "verifyCertificateSpki"}:
            pinned.update(one.removeprefix("default/") for one in hosts)
        stated = {**_port(port, "HTTPS"), "name": f"https-{port}-{len(edge.servers)}"}
        _server(edge, stated, hosts, tls=tls)

    def asked(dice: Dice) -> dict[str, Any]:
        call = _request(dice, port)
        kind = dice.one(("tls", "tls", "mtls", "mtls", "plaintext"))
        if kind == "plaintext":
            return call
        call |= {"tls": kind, "sni": dice.one((*_SHOPS, *_SHOPS, "nobody.example"))}
        if call["sni"] in pinned and dice.chance(0.7):
            call["tls"] = kind = "tls"  # of a certificate that is shown nobody can say
        if dice.chance(0.7):
            call["host"] = call["sni"]
        if dice.chance(0.1):
            call |= {"protocol": "http2", "alpn": ["h2", "http/1.1"]}
        if kind == "mtls" and dice.chance(0.4):
            call["source"] = {"principal": servertls.PRINCIPAL}
        return call

    edge.asked += [asked] * _OF_WEB


def _redirecting(edge: _Edge, port: int) -> None:
    """A plain server that may send everybody to the encrypted one."""
    tls = {"tls": {"httpsRedirect": True}} if edge.dice.chance(0.75) else {}
    protocol = edge.dice.one(("HTTP", "HTTP2", "GRPC"))
    _server(edge, _port(port, protocol), ["shop.example", "*/bank.example"], **tls)
    edge.asked += [lambda dice: _request(dice, port)] * 2


def _request(dice: Dice, port: int) -> dict[str, Any]:
    headers = {name: dice.one(rules.VALUES) for name in dice.some(rules.HEADERS, 2)}
    return {
        "address": ADDRESS,
        "port": port,
        "host": dice.one((*_SHOPS, *_SHOPS, "nobody.example")),
        "method": dice.one(rules.METHODS),
        "path": rules.path(dice),
        "headers": headers,
    }


def _passing(edge: _Edge, port: int) -> None:
    """A server that hands encrypted connections on, by their server name."""
    name = "passed.example"
    targets = streams.Targets(edge.ground, encrypted=True, prefix="t")
    protocol = edge.dice.one(("TLS", "HTTPS"))
    _server(edge, _port(port, protocol), [name, f"*.{name}"], tls={"mode": "PASSTHROUGH"})
    edge.objects.append(streams.by_name(edge.dice, name, port, targets, "edge"))
    edge.objects += targets.objects
    edge.asked.append(lambda dice: _connection(port, dice.one(list(streams.names(name)))))


def _connection(port: int, sni: str = "", **more: Any) -> dict[str, Any]:
    call: dict[str, Any] = {"address": ADDRESS, "port": port, "host": "x", "protocol": "tcp"}
    return call | ({"tls": "tls", "sni": sni} if sni else {}) | more


def _plain(edge: _Edge, port: int) -> None:
    """A server of connections that are not encrypted."""
    targets = streams.Targets(edge.ground, encrypted=False, prefix="p")
    _server(edge, _port(port, edge.dice.one(("TCP", "MYSQL", "MONGO"))), ["plain.example"])
    edge.objects.append(streams.by_address(edge.dice, "plain.example", port, targets, "edge"))
    edge.objects += targets.objects
    edge.asked.append(lambda _: _connection(port))


def _ended(edge: _Edge, port: int) -> None:
    """A server that ends TLS and reads nothing of what is inside."""
    targets = streams.Targets(edge.ground, encrypted=False, prefix="q")
    tls = servertls.ending(edge.dice, edge.ground.folder, at_gateway=True)
    _server(edge, _port(port, edge.dice.one(("TLS", "TCP"))), ["ended.example"], tls=tls)
    edge.objects.append(streams.by_address(edge.dice, "ended.example", port, targets, "edge"))
    edge.objects += targets.objects

    def asked(dice: Dice) -> dict[str, Any]:
        kind = dice.one(("tls", "tls", "mtls", "plaintext"))
        call = _connection(port, "ended.example" if kind != "plaintext" else "")
        return call | ({"tls": kind} if kind != "plaintext" else {})

    edge.asked.append(asked)


def _crossing(edge: _Edge, port: int) -> None:
    """A server that lets calls of other networks cross to the service in their server name."""
    _server(edge, _port(port, "TLS"), ["*.local"], tls={"mode": "AUTO_PASSTHROUGH"})
    ports = [{"name": "tls", "port": _CROSSED_PORT, "targetPort": 1}]
    crossed = {"selector": {"app": "crossed"}, "ports": ports}
    subsets = [{"name": name, "labels": {"version": name}} for name in ("v1", "v2")]
    entries = workload_entries(edge.ground.encrypted, "crossed")
    for one in entries:
        one["spec"]["labels"]["security.istio.io/tlsMode"] = "istio"
    edge.objects += [
        written("Service", "crossed", crossed),
        written("DestinationRule", "crossed", {"host": "crossed", "subsets": subsets}),
        *entries,
    ]

    def asked(dice: Dice) -> dict[str, Any]:
        subset = dice.one(("", "v1", "v2", "v3"))
        sni = f"outbound_.{_CROSSED_PORT}_.{subset}_.{_CROSSED}"
        call = _connection(port, dice.one((sni, sni, sni, _CROSSED)), tls="mtls")
        return call | ({"alpn": ["http/1.1"]} if dice.chance(0.2) else {})

    edge.asked.append(asked)
