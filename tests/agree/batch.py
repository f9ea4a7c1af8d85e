"""One random configuration of many hosts, and random calls to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libs.compile.proxy import Proxy, ProxyType
from libs.routing.decision import Decision
from tests.agree import rules
from tests.agree.dice import Dice

HOSTS = 12
_API = "networking.istio.io/v1"
Workloads = Mapping[tuple[str, int], str]


Drawn = Mapping[str, list[dict[str, Any]]]
"""Rules by host, in their order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A configuration, who asks for it, and calls by the command line's fields.

    `others` are the objects that stay when rules change.
    """

    others: tuple[Mapping[str, Any], ...]
    proxy: Proxy
    calls: tuple[Mapping[str, Any], ...]
    drawn: Drawn

    @property
    def text(self) -> str:
        """The objects as YAML."""
        at_gateway = self.proxy.type is ProxyType.ROUTER
        ruled = list(self.drawn)[:-2]
        objects = [_virtual_service(one, self.drawn[one], at_gateway=at_gateway) for one in ruled]
        text = "\n---\n".join(map(json.dumps, (*self.others, *objects)))
        return text.replace(f'"port": {rules.OWN_PORT}', f'"port": {self.calls[0]["port"]}')

    @property
    def rules(self) -> Mapping[str, Mapping[str, Any]]:
        """Rules by `<host>/<rule>`."""
        return {f"{host}/{one['name']}": one for host, all_ in self.drawn.items() for one in all_}

    def decided_by(self, decision: Decision) -> Mapping[str, Any]:
        """Return the rule behind an answer, with only the entry of its match that held."""
        if decision.virtual_host is None or decision.route is None:
            return {}
        labels = decision.virtual_host.removeprefix("*.").split(".")
        name, _, entry = decision.route.partition(".")
        rule = dict(self.rules.get(f"{labels[0]}/{name}", {}))
        held = [one for one in rule.get("match", ()) if one["name"] == entry]
        return {**rule, "match": held} if "match" in rule else rule


def draw(dice: Dice, port: int, workloads: Workloads, calls: int) -> Batch:
    """Draw a configuration for a sidecar or a gateway that listens on `port`, with its calls."""
    hosts = [f"h{number}" for number in range(HOSTS)]
    at_gateway = dice.chance(0.4)
    drawn = {host: rules.rules(dice, hosts) for host in hosts}
    objects = [*_services(hosts, port), *_workloads(workloads)]
    objects += _gateway(port) if at_gateway else _sidecar(port)
    kind = ProxyType.ROUTER if at_gateway else ProxyType.SIDECAR
    proxy = Proxy(
        kind,
        "default",
        ("127.0.0.9",),
        labels={"app": "caller"},
        metadata={"INTERCEPTION_MODE": "NONE"},
    )
    return Batch(
        tuple(objects),
        proxy,
        tuple(_call(dice, hosts, port, at_gateway=at_gateway) for _ in range(calls)),
        drawn,
    )


def _object(kind: str, name: str, spec: Mapping[str, Any]) -> dict[str, Any]:
    api = "v1" if kind == "Service" else _API
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _services(hosts: list[str], port: int) -> list[dict[str, Any]]:
    made = []
    for host in hosts:
        ports = [{"name": "http", "port": port, "targetPort": 80}]
        made.append(_object("Service", host, {"selector": {"app": "echo"}, "ports": ports}))
        subsets = [{"name": name, "labels": {"version": name}} for name in rules.SUBSETS]
        subsets.append({"name": "empty", "labels": {"version": "none"}})
        made.append(_object("DestinationRule", host, {"host": host, "subsets": subsets}))
    return made


def _workloads(workloads: Workloads) -> list[dict[str, Any]]:
    return [
        _object(
            "WorkloadEntry",
            name,
            {
                "address": address,
                "ports": {"http": port},
                "labels": {"app": "echo", "version": name},
            },
        )
        for (address, port), name in workloads.items()
    ]


def _gateway(port: int) -> list[dict[str, Any]]:
    stated = {"number": port, "name": "http", "protocol": "HTTP"}
    server = {"port": stated, "bind": "127.0.0.1", "hosts": ["*"]}
    return [_object("Gateway", "edge", {"selector": {"app": "caller"}, "servers": [server]})]


def _sidecar(port: int) -> list[dict[str, Any]]:
    stated = {"number": port, "name": "http", "protocol": "HTTP"}
    egress = [{"port": stated, "bind": "127.0.0.1", "hosts": ["./*"]}]
    return [_object("Sidecar", "default", {"egress": egress})]


def _virtual_service(host: str, drawn: list[dict[str, Any]], *, at_gateway: bool) -> dict[str, Any]:
    spec: dict[str, Any] = {"hosts": [host], "http": drawn}
    if at_gateway:
        spec |= {"hosts": [f"{host}.example.com", f"*.{host}.example.com"], "gateways": ["edge"]}
    return _object("VirtualService", host, spec)


def _call(dice: Dice, hosts: list[str], port: int, *, at_gateway: bool) -> dict[str, Any]:
    path = rules.path(dice)
    if dice.chance(0.6):
        names = [dice.one(rules.PARAMETERS) for _ in range(dice.number(1, 2))]
        path += "?" + "&".join(f"{name}={dice.one(rules.VALUES)}" for name in names)
    headers = {name: dice.one(rules.VALUES) for name in dice.some(rules.HEADERS, 2)}
    if dice.chance(0.1):
        headers["x-request-a"] = "given"
    if dice.chance(0.4):
        headers["origin"] = dice.one(rules.ORIGINS)
    if dice.chance(0.3):
        headers["access-control-request-method"] = "PUT"
    if dice.chance(0.12):
        headers["x-fail-attempts"] = str(dice.number(1, 3))
    elif dice.chance(0.07):
        headers["x-delay-ms"] = "400"
    return {
        "mode": "gateway" if at_gateway else "outbound",
        "address": "127.0.0.1",
        "port": port,
        "host": _host(dice, dice.one(hosts), port, at_gateway=at_gateway),
        "method": dice.one(rules.METHODS),
        "path": path,
        "headers": headers,
    }


def _host(dice: Dice, host: str, port: int, *, at_gateway: bool) -> str:
    if dice.chance(0.03):
        return "nowhere.example"
    if at_gateway:
        forms = (f"{host}.example.com", f"sub.{host}.example.com", f"{host.upper()}.example.com")
    else:
        forms = (host, f"{host}.default", f"{host}.default.svc.cluster.local")
    return dice.one(forms) + (f":{port}" if dice.chance(0.2) else "")
