"""A sidecar whose mesh prefers HTTP/2, and services whose workloads speak it."""

from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import policies, rules, services
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, written
from tools.child.ports import free_ports

_HOSTS = ("u0.example", "u1.example")


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw services, policies that may differ from the mesh's preference, and calls."""
    port = free_ports(1)[0]
    stated = {"number": port, "name": "http", "protocol": "HTTP"}
    egress = {"port": stated, "bind": ADDRESS, "captureMode": "NONE", "hosts": ["./*"]}
    objects = [written("Sidecar", "default", {"egress": [egress]})]
    for host in _HOSTS:
        objects += services.alike(host, port, ground.either)
        if dice.chance(0.5):
            pool = {"connectionPool": policies.pool(dice)}
            spec: dict[str, Any] = {"host": host, "trafficPolicy": pool}
            objects.append(written("DestinationRule", host.partition(".")[0], spec))
    mesh = {"h2UpgradePolicy": dice.one(("UPGRADE", "UPGRADE", "DO_NOT_UPGRADE"))}
    made = tuple(
        {
            "address": ADDRESS,
            "port": port,
            "host": dice.one((*_HOSTS, f"{_HOSTS[0]}:{port}", "nobody.example")),
            "method": dice.one(rules.METHODS),
            "path": rules.path(dice),
        }
        for _ in range(calls)
    )
    return Trial(tuple(objects), caller(ProxyType.SIDECAR), made, mesh)
