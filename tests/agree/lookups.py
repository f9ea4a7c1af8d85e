"""A sidecar whose workload names hosts that are looked up only when somebody asks for them."""

from typing import Any

from libs.compile.proxy import ProxyType
from tests.agree import rules
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, written
from tools.child.ports import free_ports

_PLAIN, _SEALED, _FREE = "plain.localhost", "sealed.localhost", "free.localhost"
"""Names below `localhost` mean this machine, to every resolver."""


def draw(dice: Dice, ground: Ground, calls: int) -> Trial:
    """Draw entries whose hosts nobody knows, rules for them, and calls that name such hosts.

    Sometimes the mesh lets its workloads call hosts that nobody declared, encrypted or not.
    """
    port = free_ports(1)[0]
    sealed = dice.one([number for _, number in ground.encrypted])
    free = dice.one((None, ground.plain, ground.encrypted, ground.encrypted))
    policy: dict[str, Any] = {"mode": "ALLOW_ANY_DYNAMIC_DNS"}
    if free is ground.encrypted:
        policy["tls"] = {"mode": "SIMPLE", "insecureSkipVerify": True}
    objects = [
        _sidecar({port: "HTTP", sealed: "TLS"}, stated=free is None),
        _entry(_PLAIN, port, "HTTP"),
        _entry(_SEALED, sealed, "TLS"),
        _rules(dice, ground),
    ]
    made = [_call(dice, ground, port, sealed) for _ in range(calls)]
    for one in made if free else ():
        at = dice.one([number for _, number in free or ()])
        # Nothing plain is called where the mesh encrypts calls to hosts that nobody declared.
        only = free is ground.encrypted and "protocol" not in one
        if only or one["host"].startswith("one.undeclared"):
            one["host"] = f"one.{_FREE}:{at}"
    mesh = {"outboundTrafficPolicy": policy} if free is not None else {}
    return Trial(tuple(objects), caller(ProxyType.SIDECAR), tuple(made), mesh)


def _sidecar(ports: dict[int, str], *, stated: bool) -> dict[str, Any]:
    egress = [
        {
            "port": {"number": port, "protocol": protocol, "name": protocol.lower()},
            "bind": ADDRESS,
            "captureMode": "NONE",
            "hosts": ["./*"],
        }
        for port, protocol in ports.items()
    ]
    policy = {"outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}} if stated else {}
    return written("Sidecar", "default", {"egress": egress, **policy})


def _entry(name: str, port: int, protocol: str) -> dict[str, Any]:
    spec = {
        "hosts": [f"*.{name}"],
        "ports": [{"number": port, "name": protocol.lower(), "protocol": protocol}],
        "resolution": "DYNAMIC_DNS",
    }
    return written("ServiceEntry", name.partition(".")[0], spec)


def _rules(dice: Dice, ground: Ground) -> dict[str, Any]:
    """Draw rules that end some requests, and give others another host to look up."""
    where = [{"destination": {"host": f"*.{_PLAIN}"}}]
    renamed: dict[str, Any] = {
        "name": "renamed",
        "match": [{"name": "m0", "uri": {"prefix": "/a"}}],
    }
    renamed |= {"route": where, "rewrite": {"authority": _host(dice, ground)}}
    answer: dict[str, Any] = {"name": "answer", "match": [{"name": "m0", "uri": {"prefix": "/b"}}]}
    answer |= {"directResponse": {"status": 418}}
    drawn = [*dice.some([renamed, answer], 2), {"name": "rest", "route": where}]
    return written("VirtualService", "plain", {"hosts": [f"*.{_PLAIN}"], "http": drawn})


def _host(dice: Dice, ground: Ground) -> str:
    at = dice.one([number for _, number in ground.plain])
    return f"{dice.one(('one', 'two', 'far.one'))}.{_PLAIN}:{at}"


def _call(dice: Dice, ground: Ground, port: int, sealed: int) -> dict[str, Any]:
    call: dict[str, Any] = {"address": ADDRESS, "port": port}
    if dice.chance(0.3):
        name = dice.one((f"one.{_SEALED}", f"two.{_SEALED}", "one.undeclared"))
        return call | {"port": sealed, "host": "x", "protocol": "tcp", "tls": "tls", "sni": name}
    host = dice.one((_host(dice, ground), _host(dice, ground), f"one.undeclared:{port}"))
    return call | {"host": host, "method": dice.one(rules.METHODS), "path": rules.path(dice)}
