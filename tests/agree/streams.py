"""Random rules for connections, told by server name or by nothing but address and port."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.agree import policies
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, SUBSETS, Ground, Workloads, written

LABELS = ("a", "b", "c")
_TARGET_PORT = 9000


@dataclass(slots=True)
class Targets:
    """Hosts that rules lead to, each from one rule only."""

    ground: Ground
    encrypted: bool
    objects: list[dict[str, Any]] = field(default_factory=list)
    prefix: str = "s"

    def another(self, dice: Dice) -> dict[str, Any]:
        """Make one more host and return the destination that leads to it."""
        host = f"{self.prefix}{len(self.objects) // 2}.example"
        members = self.ground.encrypted if self.encrypted else self.ground.plain
        self.objects.append(entry(host, [host], _TARGET_PORT, members, encrypted=self.encrypted))
        self.objects.append(_policy(dice, host, encrypted=self.encrypted))
        where: dict[str, Any] = {"host": host, "port": {"number": _TARGET_PORT}}
        if dice.chance(0.6):
            where["subset"] = dice.one(SUBSETS)
        return where


def entry(
    name: str, hosts: list[str], port: int, members: Workloads, *, encrypted: bool
) -> dict[str, Any]:
    """Return a ServiceEntry for connections."""
    protocol = "TLS" if encrypted else "TCP"
    spec = {
        "hosts": hosts,
        "ports": [{"number": port, "name": protocol.lower(), "protocol": protocol}],
        "resolution": "STATIC",
        "endpoints": [
            {
                "address": address,
                "ports": {protocol.lower(): number},
                "labels": {"version": version},
            }
            for (address, number), version in zip(members, SUBSETS, strict=True)
        ],
    }
    return written("ServiceEntry", name.partition(".")[0], spec)


def _policy(dice: Dice, host: str, *, encrypted: bool) -> dict[str, Any]:
    subsets = [{"name": name, "labels": {"version": name}} for name in SUBSETS]
    spec: dict[str, Any] = {"host": host, "subsets": subsets}
    if dice.chance(0.65):
        spec["trafficPolicy"] = {"connectionPool": policies.pool(dice)}
        if not encrypted and dice.chance(0.6):
            spec["trafficPolicy"]["tunnel"] = _tunnel(dice)
    return written("DestinationRule", host.partition(".")[0], spec)


def _tunnel(dice: Dice) -> dict[str, Any]:
    tunnel: dict[str, Any] = {"targetHost": "behind.example", "targetPort": 443}
    if dice.chance(0.7):
        tunnel["protocol"] = dice.one(("CONNECT", "POST"))
    return tunnel


def routes(dice: Dice, targets: Targets) -> list[dict[str, Any]]:
    """Draw where a rule leads: to one host, in shares or not."""
    where = targets.another(dice)
    if dice.chance(0.5):
        return [{"destination": where}]
    others = [one for one in SUBSETS if one != where.get("subset")]
    second = {**where, "subset": dice.one(others)}
    weights = dice.one(((100, 0), (0, 100), (30, 70)))
    return [
        {"destination": one, "weight": weight}
        for one, weight in zip((where, second), weights, strict=True)
    ]


def by_name(dice: Dice, name: str, port: int, targets: Targets, gateway: str) -> dict[str, Any]:
    """Draw a VirtualService that tells connections by the server name; `gateway` may be `mesh`."""
    rules = []
    for label in dice.some(LABELS, len(LABELS)):
        names = [f"{label}.{name}", *([f"*.{label}.{name}"] if dice.chance(0.4) else [])]
        match = {"sniHosts": names, **_condition(dice, port, gateway)}
        rules.append({"match": [match], "route": routes(dice, targets)})
    rules.append({"match": [{"sniHosts": [name]}], "route": routes(dice, targets)})
    spec = {"hosts": [name, f"*.{name}"], "gateways": [gateway], "tls": rules}
    return written("VirtualService", name.partition(".")[0], spec)


def by_address(dice: Dice, name: str, port: int, targets: Targets, gateway: str) -> dict[str, Any]:
    """Draw a VirtualService for connections without a name."""
    rules: list[dict[str, Any]] = []
    for _ in range(dice.number(0, 2)):
        condition = _condition(dice, port, gateway) or {"port": port}
        rules.append({"match": [condition], "route": routes(dice, targets)})
    rules.append({"route": routes(dice, targets)})
    if gateway != "mesh":
        rules[-1]["match"] = [{"port": port}]
    spec = {"hosts": [name], "gateways": [gateway], "tcp": rules}
    return written("VirtualService", name.partition(".")[0], spec)


def _condition(dice: Dice, port: int, gateway: str) -> dict[str, Any]:
    """Draw a condition that holds for the calls of a trial, or does not."""
    in_mesh = gateway == "mesh"
    if dice.chance(0.2):
        others: list[dict[str, Any]] = [{"gateways": ["other"]}, {"port": 1}]
        if in_mesh:
            others += [{"sourceLabels": {"app": "other"}}, {"sourceNamespace": "other"}]
            others.append({"destinationSubnets": ["10.0.0.1"]})
        return dice.one(others)
    holding: dict[str, Any] = {"port": port, "gateways": [gateway]}
    if in_mesh:
        holding |= {"sourceLabels": {"app": "caller"}, "sourceNamespace": "default"}
        subnets = ([f"{ADDRESS}/32"], ["127.0.0.0/24", "10.0.0.0/8"])
        holding["destinationSubnets"] = dice.one(subnets)
    return {name: holding[name] for name in dice.some(sorted(holding), len(holding))}


def names(name: str) -> Iterator[str]:
    """Yield server names that calls ask for."""
    for label in LABELS:
        yield f"{label}.{name}"
        yield f"deep.{label}.{name}"
    yield from (name, "nobody.example")
