"""A sidecar whose workload opens connections that carry no readable requests."""

from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import streams
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, written
from tools.child.ports import free_ports

_PORTS = 6


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw services told by server name and services told by address, and calls to them."""
    ports = dict(zip(free_ports(_PORTS), ("TLS", "TCP") * (_PORTS // 2), strict=True))
    named = streams.Targets(ground, encrypted=True, prefix="t")
    plain = streams.Targets(ground, encrypted=False, prefix="s")
    objects: list[dict[str, Any]] = [_sidecar(dice, ports)]
    names: dict[int, str] = {}
    for at, (port, protocol) in enumerate(ports.items()):
        names[port] = name = f"m{at}.example"
        encrypted = protocol == "TLS"
        hosts = [name, *([f"*.{name}"] if encrypted else [])]
        members = ground.encrypted if encrypted else ground.plain
        objects.append(streams.entry(name, hosts, port, members, encrypted=encrypted))
        if dice.chance(0.8):
            rule = streams.by_name if encrypted else streams.by_address
            objects.append(rule(dice, name, port, named if encrypted else plain, "mesh"))
    objects += [*named.objects, *plain.objects]
    made = (_call(dice, ports, names) for _ in range(calls))
    return Trial(tuple(objects), caller(ProxyType.SIDECAR), tuple(made))


def _sidecar(dice: Dice, ports: dict[int, str]) -> dict[str, Any]:
    egress = [
        {
            "port": {"number": port, "protocol": protocol, "name": f"{protocol.lower()}-{port}"},
            "bind": ADDRESS,
            "captureMode": "NONE",
            "hosts": ["./*"],
        }
        for port, protocol in ports.items()
    ]
    mode = dice.one(("ALLOW_ANY", "REGISTRY_ONLY", "REGISTRY_ONLY"))
    return written(
        "Sidecar", "default", {"egress": egress, "outboundTrafficPolicy": {"mode": mode}}
    )


def _call(dice: Dice, ports: dict[int, str], names: dict[int, str]) -> dict[str, Any]:
    port = dice.one(list(ports))
    call: dict[str, Any] = {"address": ADDRESS, "port": port, "host": "x", "protocol": "tcp"}
    if ports[port] == "TLS" and not dice.chance(0.05):
        call |= {"tls": "tls", "sni": dice.one(list(streams.names(names[port])))}
    return call
