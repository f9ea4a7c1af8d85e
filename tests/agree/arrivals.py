"""A sidecar whose workload is called: every protocol and TLS of a Sidecar's ingress."""

from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import patches, policies, rules, servertls
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, written
from tools.child.ports import free_ports

_PROTOCOLS = ("HTTP", "TCP", "", "HTTPS", "HTTPS")


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw the ports on which a workload takes calls, and calls to them."""
    ports = free_ports(len(_PROTOCOLS))
    ingress = [
        _listener(dice, ground, port, protocol)
        for port, protocol in zip(ports, _PROTOCOLS, strict=True)
    ]
    spec: dict[str, Any] = {"ingress": ingress, "egress": [{"hosts": ["~/*"]}]}
    if dice.chance(0.7):
        spec["workloadSelector"] = {"labels": {"app": "caller"}}
    if dice.chance(0.6):
        spec["inboundConnectionPool"] = policies.pool(dice)
    named = patches.of_arrivals(dice, ports[:2])
    objects = (written("Sidecar", "arrivals", spec), *named)
    made = tuple(_call(dice, ingress) for _ in range(calls))
    return Trial(objects, caller(ProxyType.SIDECAR), made)


def _listener(dice: Dice, ground: Ground, port: int, protocol: str) -> dict[str, Any]:
    stated: dict[str, Any] = {"number": port, "name": f"port{port}"}
    if protocol:
        stated["protocol"] = protocol
    behind = dice.one([number for _, number in ground.plain])
    listener: dict[str, Any] = {
        "port": stated,
        "bind": ADDRESS,
        "defaultEndpoint": f"127.0.0.1:{behind}",
    }
    if dice.chance(0.7):
        listener["captureMode"] = dice.one(("NONE", "DEFAULT"))
    if dice.chance(0.4):
        listener["connectionPool"] = policies.pool(dice)
    if protocol == "HTTPS":
        listener["tls"] = servertls.ending(dice, ground.folder, at_gateway=False)
    return listener


def _call(dice: Dice, ingress: list[dict[str, Any]]) -> dict[str, Any]:
    one = dice.one(ingress)
    protocol = one["port"].get("protocol", "")
    call: dict[str, Any] = {
        "mode": "inbound",
        "address": ADDRESS,
        "port": one["port"]["number"],
        "host": dice.one(("caller", "caller.default", "nobody.example")),
        "method": dice.one(rules.METHODS),
        "path": rules.path(dice),
        "source": {"ip": "10.0.0.9"},
    }
    if protocol == "TCP":
        call["protocol"] = dice.one(("tcp", "http"))
    elif protocol and dice.chance(0.15):
        call["protocol"] = "http2"
    if protocol == "HTTPS" and not dice.chance(0.1):
        call |= {"tls": dice.one(("tls", "mtls")), "sni": "shop.example"}
        if dice.chance(0.5):
            call["source"] = {"ip": "10.0.0.9", "principal": servertls.PRINCIPAL}
        if call.get("protocol") == "http2":
            call["alpn"] = ["h2", "http/1.1"]
    return call
