"""A workload, or a gateway, whose requests are counted by RateLimits.

Every call has names of its own, so that limits by name count no other call. Limits that others draw
from as well are far from being used up, and tell how large they are.
"""

from collections.abc import Mapping
from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import rules
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, workload_entries, written
from tools.child.ports import free_ports

_ROOT = "istio-system"
_FAR = (1000, 5000)
_NEAR = (1, 3)
_CALLER, _PAGE = "x-caller", "page"
_CALLERS_NAMED = 30
_HOSTS = ("shop.example", "bank.example")
_TIERS = ("gold", "golden", "silver")
_METHODS = ("GET", "POST", "PUT")
_PREFIXED: tuple[dict[str, Any], ...] = ({"prefix": "bank"}, {"prefix": "shop"})
_GOLDEN: dict[str, Any] = {"prefix": "gold"}


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw limits, who is limited by them, and calls."""
    port, other = free_ports(2)
    at_gateway = dice.chance(0.5)
    objects = _gateway(dice, ground, port) if at_gateway else _workload(ground, (port, other))
    objects += [_limits(dice, at, port, other) for at in range(dice.number(3, 5))]
    kind = ProxyType.ROUTER if at_gateway else ProxyType.SIDECAR
    ports = (port,) if at_gateway else (port, other)
    mode = "gateway" if at_gateway else "inbound"
    made = tuple(
        {**_call(dice, f"caller{at}"), "mode": mode, "port": dice.one(ports)} for at in range(calls)
    )
    return Trial(tuple(objects), caller(kind), made)


def _workload(ground: Ground, ports: tuple[int, int]) -> list[dict[str, Any]]:
    """Return a workload that takes requests at both ports, of which a service has the first."""
    behind = next(number for _, number in ground.plain)
    ingress = [
        {
            "port": {"number": port, "protocol": "HTTP", "name": f"http-{port}"},
            "bind": ADDRESS,
            "captureMode": "NONE",
            "defaultEndpoint": f"127.0.0.1:{behind}",
        }
        for port in ports
    ]
    served = {"name": "http", "port": 80, "targetPort": ports[0]}
    entry = {"address": ADDRESS, "labels": {"app": "caller"}}
    return [
        written("Sidecar", "limited", {"ingress": ingress, "egress": [{"hosts": ["~/*"]}]}),
        written("Service", "mine", {"selector": {"app": "caller"}, "ports": [served]}),
        written("WorkloadEntry", "mine", entry),
    ]


def _gateway(dice: Dice, ground: Ground, port: int) -> list[dict[str, Any]]:
    stated = {"number": port, "name": "http", "protocol": "HTTP"}
    server = {"port": stated, "bind": ADDRESS, "hosts": ["*"]}
    ports = [{"name": "http", "port": 80, "targetPort": "http"}]
    route = [{"destination": {"host": "echo", "port": {"number": 80}}}]
    ended = [
        {"name": "moved", "match": [{"name": "m0", "uri": {"exact": "/7"}}], "redirect": _MOVED},
        {"name": "said", "match": [{"name": "m0", "uri": {"exact": "/42"}}], **_SAID},
    ]
    http = [*dice.some(ended, 2), {"name": "rest", "route": route}]
    spec = {"hosts": ["*"], "gateways": ["edge"], "http": http}
    return [
        written("Gateway", "edge", {"selector": {"app": "caller"}, "servers": [server]}),
        written("Service", "echo", {"selector": {"app": "echo"}, "ports": ports}),
        written("VirtualService", "all", spec),
        *workload_entries(ground.plain, "echo"),
    ]


_MOVED: Mapping[str, Any] = {"uri": "/moved"}
_SAID: Mapping[str, Any] = {"directResponse": {"status": 418}}


def _limits(dice: Dice, at: int, port: int, other: int) -> dict[str, Any]:
    """Draw one object; most are for the proxy of the trial, in one of the ways to say it."""
    spec: dict[str, Any] = dice.one(
        (
            {},
            {"selector": {"matchLabels": {"app": "caller"}}},
            {"selector": {"matchLabels": {"app": "caller"}}},
            {"selector": {"matchLabels": {"app": "other"}}},
            {"services": ["mine"]},
            {"services": ["mine"]},
        )
    )
    if dice.chance(0.4):
        spec = {**spec, "ports": [dice.one((port, port, other))]}
    drawn = [_limit(dice, f"l{number}") for number in range(dice.number(3, 5))]
    namespace = _ROOT if spec.keys() <= {"ports"} and dice.chance(0.5) else "default"
    return written("RateLimit", f"limits{at}", {**spec, "limits": drawn}, namespace)


def _limit(dice: Dice, name: str) -> dict[str, Any]:
    limit: dict[str, Any] = {"name": name, "report": dice.chance(0.7)}
    by = _by(dice) if dice.chance(0.7) else []
    alone = any(one["name"] == "caller" for one in by) and "default" not in by[0]
    limit |= _rate(dice, alone=alone)
    if by:
        limit |= {"by": by, "valuesMax": 1000}
    if by and dice.chance(0.75):
        limit["overrides"] = _overrides(dice, by, alone=alone)
    if dice.chance(0.7):
        limit["match"] = _match(dice)
    if dice.chance(0.3):
        limit["dryRun"] = dice.chance(0.7)
    if dice.chance(0.3):
        limit["percent"] = dice.one((0, 100, 100))
    if not by and "match" not in limit and dice.chance(0.6):
        limit |= {"perConnection": True} | _rate(dice, alone=True)
    if dice.chance(0.5):
        limit["response"] = {"status": dice.one((429, 503, 403))}
        if dice.chance(0.6):
            limit["response"]["headers"] = {"x-limited": name}
    return limit


def _rate(dice: Dice, *, alone: bool) -> dict[str, Any]:
    """Draw a rate: a small one where nobody else draws from the bucket."""
    low, high = _NEAR if alone else _FAR
    rate: dict[str, Any] = {"requests": dice.number(low, high), "per": "1h"}
    if dice.chance(0.3):
        rate["burst"] = dice.number(low, high)
    return rate


def _by(dice: Dice) -> list[dict[str, Any]]:
    """Draw what has buckets of its own: the one who calls, first, where it is among them."""
    named: dict[str, Any] = {"name": "caller", "header": _CALLER}
    if dice.chance(0.3):
        named["default"] = "nobody"
    page: dict[str, Any] = {"name": "page", "queryParameter": _PAGE}
    if dice.chance(0.3):
        page["default"] = "first"
    address = {"name": "address", "sourceAddress": True}
    several = ([named], [named], [named, page], [named, page], [page], [named, address], [address])
    return dice.one(several)


def _overrides(dice: Dice, by: list[dict[str, Any]], *, alone: bool) -> list[dict[str, Any]]:
    callers = [f"caller{at}" for at in range(_CALLERS_NAMED)]
    values = {"caller": callers, "page": ("1", "2", "first")}
    found = []
    for _ in range(dice.one((2, _CALLERS_NAMED, _CALLERS_NAMED))):
        part = dice.one([one["name"] for one in by])
        if part in values:
            own = {part: dice.one(values[part])}
            found.append({"values": own, **_rate(dice, alone=alone)})
    return found


def _match(dice: Dice) -> dict[str, Any]:
    choices: Mapping[str, Any] = {
        "paths": [
            dice.one(({"prefix": "/a"}, {"exact": "/a/b"}, {"regex": "/[0-9]+"}, {"prefix": "/"}))
        ],
        "methods": dice.some(_METHODS, 2) or ["GET"],
        "hosts": [dice.one((*_PREFIXED, {"exact": _HOSTS[0]}, {"regex": ".*example"}))],
        "headers": {"x-tier": _text(dice)},
        "withoutHeaders": {"x-internal": _text(dice)},
    }
    return {name: choices[name] for name in dice.some(sorted(choices), 4) or ["hosts"]}


def _text(dice: Dice) -> dict[str, Any]:
    return dice.one(({}, {"exact": "gold"}, _GOLDEN, {"regex": "(gold|silver)"}))


def _call(dice: Dice, name: str) -> dict[str, Any]:
    path = dice.one(("/a/b", "/a", "/7", "/42", rules.path(dice)))
    if dice.chance(0.6):
        path += f"?{_PAGE}={dice.one(('1', '2', '3'))}"
    headers = {"x-tier": dice.one(_TIERS)} if dice.chance(0.6) else {}
    if dice.chance(0.3):
        headers["x-internal"] = dice.one(_TIERS)
    if dice.chance(0.85):
        headers[_CALLER] = name
    return {
        "address": ADDRESS,
        "host": dice.one(_HOSTS),
        "method": dice.one(_METHODS),
        "path": path,
        "headers": headers,
        "source": {"ip": "127.0.0.1"},
    }
