"""One random configuration of many hosts whose requests have rules, and random calls to it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from libs.compile.proxy import Proxy, ProxyType
from tests.agree import policies, rules, servertls, services
from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS, Ground, Trial, caller, workload_entries, written

_SERVICES = tuple(f"h{number}" for number in range(8))
_ENTRIES = tuple(f"e{number}.example" for number in range(6))
_SECURED = tuple(f"t{number}.example" for number in range(4))
_EITHER = tuple(f"u{number}.example" for number in range(3))
HOSTS = (*_SECURED, *_EITHER, *_SERVICES, *_ENTRIES)
_WITHOUT_RULES = 2
_CLOSED_PORT = 1
"""Nobody listens there, and it is none that the system gives to a client."""
_SCOPES = ("./*", "*/*", "default/*")
Drawn = Mapping[str, list[dict[str, Any]]]
"""Rules by host, in their order."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A configuration, who asks for it, and calls by the command line's fields.

    `others` are the objects that stay when rules change, `port` is where calls come in. `roots`
    are rules, by host, behind which all rules of the host stand in a delegate. The rules of hosts
    in `split` have two owners.
    """

    others: tuple[Mapping[str, Any], ...]
    port: int
    proxy: Proxy
    calls: tuple[Mapping[str, Any], ...]
    drawn: Drawn
    roots: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    split: frozenset[str] = frozenset()
    exports: Mapping[str, list[str]] = field(default_factory=dict)

    @property
    def objects(self) -> tuple[dict[str, Any], ...]:
        """All objects, the port that only the batch knows filled in."""
        objects = [*self.others]
        for host in list(self.drawn)[:-_WITHOUT_RULES]:
            objects += self._rules_of(host)
        text = json.dumps(objects)
        filled = text.replace(f'"port": {rules.OWN_PORT}', f'"port": {self.port}')
        filled = filled.replace(f'"number": {rules.OWN_PORT}', f'"number": {self.port}')
        made: list[dict[str, Any]] = json.loads(filled)
        return tuple(made)

    @property
    def text(self) -> str:
        """The objects as YAML."""
        return self.trial.text

    @property
    def trial(self) -> Trial:
        """The configuration with its calls."""
        return Trial(self.objects, self.proxy, self.calls)

    def _rules_of(self, host: str) -> list[dict[str, Any]]:
        """Return the VirtualServices of a host."""
        at_gateway, name = self.proxy.type is ProxyType.ROUTER, host.partition(".")[0]
        drawn = json.dumps(self.drawn[host])
        own = json.dumps(_own(host, at_gateway=at_gateway))
        http = json.loads(drawn.replace(json.dumps(rules.OWN_HOST), own))
        spec: dict[str, Any] = {"hosts": [host]}
        if at_gateway:
            stated = _own(host, at_gateway=True)
            spec = {"hosts": [stated, f"*.{stated}"], "gateways": ["edge"]}
        if host in self.exports:
            spec["exportTo"] = self.exports[host]
        if host in self.roots:
            leaf = {"http": http} | ({"exportTo": ["*"]} if host in self.exports else {})
            root = {**spec, "http": [self.roots[host]]}
            made = [("", root, "default"), ("-leaf", leaf, _namespace(self.roots[host]))]
        elif host in self.split and len(http) > 1:
            made = [
                ("", {**spec, "http": http[:1]}, "default"),
                ("-more", {**spec, "http": http[1:]}, "default"),
            ]
        else:
            made = [("", {**spec, "http": http}, "default")]
        return [
            written("VirtualService", f"{name}{suffix}", one, place) for suffix, one, place in made
        ]


def _namespace(root: Mapping[str, Any]) -> str:
    return str(root["delegate"].get("namespace", "default"))


def draw(dice: Dice, port: int, ground: Ground, calls: int, *, chancy: bool = True) -> Batch:
    """Draw a configuration for a sidecar or a gateway that listens on `port`, with its calls.

    `chancy` allows faults that hit some calls and not others, and policies for endpoints, of which
    not every difference is one that a single call shows.
    """
    at_gateway = dice.chance(0.4)
    drawn = {host: _drawn(dice, host, chancy=chancy) for host in HOSTS}
    objects = [*workload_entries(ground.plain, "echo")]
    for host in _SERVICES:
        objects += services.service(host, port)
    for host in _ENTRIES:
        objects += services.entry(dice, host, port, ground)
    for host in _SECURED:
        objects += services.alike(host, port, ground.encrypted)
        objects.append(_fixed(host, policies.secured(dice, ground.folder)))
    for host in _EITHER:
        objects += services.alike(host, port, ground.either)
        objects.append(_fixed(host, policies.upgraded(dice)))
    objects += servertls.secrets(ground.folder)
    objects += [_policy(dice, host, chancy=chancy) for host in (*_SERVICES, *_ENTRIES)]
    objects += _gateway(dice, port) if at_gateway else _sidecar(dice, port)
    kind = ProxyType.ROUTER if at_gateway else ProxyType.SIDECAR
    made = tuple(_call(dice, drawn, port, at_gateway=at_gateway) for _ in range(calls))
    if dice.chance(0.5):
        made = tuple(
            {name: one for name, one in call.items() if name != "protocol"} for call in made
        )
        policies.keep_protocol(dice, objects)
    return Batch(
        tuple(objects),
        port,
        caller(kind, **servertls.client_files(ground.folder)),
        made,
        drawn,
        {host: _root(dice, host) for host in HOSTS if dice.chance(0.2)},
        frozenset(host for host in HOSTS if at_gateway and dice.chance(0.2)),
        {host: dice.one((["*"], ["."], ["default"])) for host in HOSTS if dice.chance(0.3)},
    )


def _drawn(dice: Dice, host: str, *, chancy: bool) -> list[dict[str, Any]]:
    drawn = rules.rules(dice, HOSTS, chancy=chancy)
    name = host.partition(".")[0]
    return [{**one, "name": f"{name}{one['name']}"} for one in drawn]


def _root(dice: Dice, host: str) -> dict[str, Any]:
    """Draw the rule that hands a host's calls on to a delegate."""
    name = host.partition(".")[0]
    root: dict[str, Any] = {"name": f"root{name}", "delegate": {"name": f"{name}-leaf"}}
    if dice.chance(0.5):
        root["delegate"]["namespace"] = dice.one(("default", "other"))
    if dice.chance(0.5):
        root["match"] = [{"name": "any", "uri": {"prefix": "/"}}]
    if dice.chance(0.5):
        root["headers"] = {"response": {"add": {"x-response-root": "root"}}}
    if dice.chance(0.3):
        root["timeout"] = "5s"
    return root


def _policy(dice: Dice, host: str, *, chancy: bool) -> dict[str, Any]:
    """Draw a DestinationRule with the subsets that rules name."""
    subsets: list[dict[str, Any]]
    subsets = [{"name": name, "labels": {"version": name}} for name in rules.SUBSETS]
    subsets.append({"name": "empty", "labels": {"version": "none"}})
    for one in subsets:
        if chancy and dice.chance(0.3):
            one["trafficPolicy"] = policies.policy(dice)
    spec: dict[str, Any] = {"host": host, "subsets": subsets}
    if chancy and dice.chance(0.8):
        spec["trafficPolicy"] = policies.policy(dice)
    if dice.chance(0.3):
        spec["exportTo"] = dice.one((["*"], ["."], ["default", "other"]))
    if dice.chance(0.3):
        spec["workloadSelector"] = {"matchLabels": {"app": "caller"}}
    return written("DestinationRule", host.partition(".")[0], spec)


def _fixed(host: str, policy: dict[str, Any]) -> dict[str, Any]:
    """Return a DestinationRule whose policy is the same for all subsets."""
    subsets = [{"name": name, "labels": {"version": name}} for name in rules.SUBSETS]
    subsets.append({"name": "empty", "labels": {"version": "none"}})
    spec: dict[str, Any] = {
        "host": host,
        "subsets": subsets,
        "trafficPolicy": policy,
        # A sidecar takes Secrets only for rules that are for its own workload.
        "workloadSelector": {"matchLabels": {"app": "caller"}},
    }
    return written("DestinationRule", host.partition(".")[0], spec)


def _gateway(dice: Dice, port: int) -> list[dict[str, Any]]:
    stated = {"number": port, "name": "http", "protocol": dice.one(("HTTP", "HTTP", "HTTP2"))}
    server = {"port": stated, "bind": ADDRESS, "hosts": dice.one((["*"], ["*/*"], ["default/*"]))}
    if dice.chance(0.5):
        server["name"] = "front"
    return [written("Gateway", "edge", {"selector": {"app": "caller"}, "servers": [server]})]


def _sidecar(dice: Dice, port: int) -> list[dict[str, Any]]:
    stated = {"number": port, "name": "http", "protocol": "HTTP"}
    scope = [dice.one(_SCOPES)]
    if dice.chance(0.3):
        scope = [f"{dice.one(('.', '*', 'default'))}/{_in_full(host)}" for host in HOSTS[3:]]
    egress = {"port": stated, "bind": ADDRESS, "hosts": scope}
    if dice.chance(0.7):
        egress["captureMode"] = dice.one(("NONE", "DEFAULT"))
    spec: dict[str, Any] = {"egress": [egress]}
    if dice.chance(0.5):
        spec["workloadSelector"] = {"labels": {"app": "caller"}}
    if dice.chance(0.8):
        spec["outboundTrafficPolicy"] = _for_others(dice)
    return [written("Sidecar", "default", spec)]


def _for_others(dice: Dice) -> dict[str, Any]:
    """Draw what becomes of calls to hosts that nobody declared."""
    policy: dict[str, Any] = {"mode": dice.one(("ALLOW_ANY", "REGISTRY_ONLY"))}
    if policy["mode"] == "ALLOW_ANY" and dice.chance(0.8):
        proxy: dict[str, Any] = {"host": _in_full("h4"), "port": {"number": rules.OWN_PORT}}
        if dice.chance(0.5):
            proxy["subset"] = "v2"
        policy["egressProxy"] = proxy
    return policy


def _in_full(host: str) -> str:
    return host if "." in host else f"{host}.default.svc.cluster.local"


def _call(dice: Dice, drawn: Drawn, port: int, *, at_gateway: bool) -> dict[str, Any]:
    host = dice.one(list(drawn))
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
        headers["x-delay-ms"] = rules.SLOW_MS
    call = {
        "mode": "gateway" if at_gateway else "outbound",
        "address": ADDRESS,
        "port": _CLOSED_PORT if dice.chance(0.02) else port,
        "host": _host(dice, host, port, at_gateway=at_gateway),
        "method": dice.one(rules.METHODS),
        "path": path,
        "headers": headers,
    }
    if dice.chance(0.06):
        call["protocol"] = "http2"
    if dice.chance(0.75):
        rules.aim(dice, call, dice.one(drawn[host]))
        if dice.chance(0.7):
            stated = f":{port}" if dice.chance(0.3) else ""
            call["host"] = _own(host, at_gateway=at_gateway) + stated
    return call


def _own(host: str, *, at_gateway: bool) -> str:
    return f"{host.partition('.')[0]}.example.com" if at_gateway else host


def _host(dice: Dice, host: str, port: int, *, at_gateway: bool) -> str:
    if dice.chance(0.08):
        return "nowhere.example"
    name = _own(host, at_gateway=at_gateway)
    forms: tuple[str, ...] = (name, name.upper())
    if at_gateway:
        forms = (name, f"sub.{name}", name.upper())
    elif "." not in host:
        forms = (host, f"{host}.default", f"{host}.default.svc.cluster.local")
    return dice.one(forms) + (f":{port}" if dice.chance(0.2) else "")
