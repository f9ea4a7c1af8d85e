"""Which fields of a configuration stood on the way of a call: those behind its answer, no others.

A field that another object has, or another rule, or another alternative of the same rule, does not
count. Rules of VirtualServices are found by their names, rules of connections by the hosts that
they lead to, so both have to be unique in a trial.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from libs.envoy.localratelimit import FILTER_NAME as LIMIT_NAME
from libs.routing.call import Call, Mode, Tls
from libs.routing.decision import ClusterChoice, Decision, Verdict
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources
from tests.agree.attachedway import Passed
from tests.agree.inventory import MESH, written
from tests.agree.trial import Trial

_FOR_ALL = ("hosts", "gateways", "exportTo")
_NOBODYS = ("allow_any", "block_all")
Spec = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of a call through a trial."""

    trial: Trial
    call: Call
    decision: Decision
    without: Callable[[], Mapping[str, Resources]]
    """Tells what the proxy would have without an EnvoyFilter, by its name."""

    def fields(self) -> frozenset[str]:
        """Return the fields on the way; none where the answer is that nobody can say."""
        if self.decision.verdict is Verdict.NOT_DECIDED:
            return frozenset()
        specs = [*self._specs(), *self._attached()]
        return frozenset(field for kind, spec in specs for field in written(kind, spec))

    def _attached(self) -> Iterator[tuple[str, Spec]]:
        """Yield what of objects that watch the proxy was on the way, and of the mesh."""
        passed = Passed(self.trial, self.call, self.decision)
        watching = [
            passed.telemetry(one["metadata"]["namespace"], one["spec"])
            for one in self.trial.objects
            if one["kind"] == "Telemetry"
        ]
        found = [one for one in watching if one is not None]
        yield from (("Telemetry", one) for one in found)
        yield MESH, passed.mesh(found)
        for one in self.trial.objects:
            if one["kind"] == "RateLimit":
                yield from self._rate_limit(one)

    def _rate_limit(self, one: Spec) -> Iterator[tuple[str, Spec]]:
        """Yield an object with those of its limits that count the call."""
        metadata, action = one["metadata"], self.decision.action
        counting = {each.filter for each in action.limits} if action is not None else set()
        place = f"{LIMIT_NAME}.{metadata['namespace']}.{metadata['name']}"
        limits = [each for each in one["spec"]["limits"] if f"{place}.{each['name']}" in counting]
        if limits:
            yield "RateLimit", {**one["spec"], "limits": limits}

    def _specs(self) -> Iterator[tuple[str, Spec]]:
        """Yield what of each object was on the way."""
        steps: Mapping[str, Callable[[Spec], Spec | None]] = {
            "VirtualService": self._virtual_service,
            "DestinationRule": self._destination_rule,
            "ServiceEntry": self._service_entry,
            "WorkloadEntry": self._workload_entry,
            "Gateway": self._gateway,
            "Sidecar": self._sidecar,
        }
        for one in self.trial.objects:
            if one["kind"] == "Service":
                yield from self._service(one["metadata"]["name"], one["spec"])
            step = steps.get(one["kind"])
            spec = step(one["spec"]) if step is not None else None
            if spec is not None:
                yield one["kind"], spec
            elif one["kind"] == "EnvoyFilter" and self._patched(one["metadata"]["name"]):
                yield one["kind"], one["spec"]

    def _patched(self, name: str) -> bool:
        """Say whether an EnvoyFilter changed the answer."""
        former = self.without().get(name)
        return former is not None and told(evaluate(former, self.call)) != told(self.decision)

    def _virtual_service(self, spec: Spec) -> Spec | None:
        rules, _, entries = (self.decision.route or "").partition(".")
        http = [
            _held(rule, entries.split("-"))
            for rule in spec.get("http", ())
            if rule["name"] in rules.split("-")
        ]
        streams = {kind: [*filter(self._leads, spec.get(kind, ()))] for kind in ("tls", "tcp")}
        found = {"http": http, **streams}
        if not any(found.values()):
            return None
        always = {name: spec[name] for name in _FOR_ALL if name in spec}
        return {**always, **{name: rules for name, rules in found.items() if rules}}

    def _leads(self, rule: Spec) -> bool:
        """Say whether a rule for connections decided: each leads to hosts that no other has."""
        called = {_host(one) for one in self.decision.clusters}
        hosts = {one["destination"]["host"] for one in rule["route"]}
        return self.decision.virtual_host is None and hosts <= called

    def _destination_rule(self, spec: Spec) -> Spec | None:
        for cluster in self.decision.clusters:
            _, port, subset, _ = _parts(cluster)
            if _host(cluster) != _full(spec["host"]):
                continue
            chosen = [one for one in spec.get("subsets", ()) if one["name"] == subset]
            reduced = {**spec, "subsets": [_of_port(one, port) for one in chosen]}
            return {name: one for name, one in _of_port(reduced, port).items() if one != []}
        return None

    def _service_entry(self, spec: Spec) -> Spec | None:
        called = {_host(one) for one in self.decision.clusters}
        return spec if called & {*spec["hosts"]} else None

    def _service(self, name: str, spec: Spec) -> Iterator[tuple[str, Spec]]:
        """Yield a Service with the ports that were called, from outside or at the workload."""
        called = {(_host(one), _parts(one)[1]) for one in self.decision.clusters}
        own = {
            number
            for direction, number, *_ in map(_parts, self.decision.clusters)
            if direction == "inbound"
        }
        ports = [
            one
            for one in spec["ports"]
            if (_full(name), str(one["port"])) in called or str(one.get("targetPort")) in own
        ]
        if ports:
            yield "Service", {**spec, "ports": ports}

    def _workload_entry(self, spec: Spec) -> Spec | None:
        direct = {
            host
            for one in self.trial.objects
            if one["kind"] == "ServiceEntry" and "endpoints" in one["spec"]
            for host in one["spec"]["hosts"]
        }
        chosen = {
            (endpoint.address, endpoint.port)
            for one in self.decision.clusters
            if _host(one) not in direct
            for endpoint in one.endpoints
        }
        places = {(spec["address"], port) for port in spec.get("ports", {}).values()}
        return spec if chosen & places else None

    def _gateway(self, spec: Spec) -> Spec | None:
        if self.call.mode is not Mode.GATEWAY or self.decision.listener is None:
            return None
        asked = self.call.host if self.call.tls is Tls.PLAINTEXT else self.call.sni
        servers = [
            one
            for one in spec["servers"]
            if one["port"]["number"] == self.call.port and _serves(one["hosts"], asked)
        ]
        return {**spec, "servers": servers} if servers else None

    def _sidecar(self, spec: Spec) -> Spec | None:
        side = {Mode.OUTBOUND: "egress", Mode.INBOUND: "ingress"}.get(self.call.mode, "")
        if self.decision.listener is None or not side:
            return None
        ports = [
            one
            for one in spec.get(side, ())
            if one.get("port", {}).get("number") in (None, self.call.port)
        ]
        found = {side: ports} if ports else {}
        for name in ("workloadSelector", *(["inboundConnectionPool"] if side == "ingress" else [])):
            found |= {name: spec[name]} if name in spec else {}
        nobodys = self.decision.virtual_host in _NOBODYS or self.decision.virtual_host is None
        if side == "egress" and nobodys and "outboundTrafficPolicy" in spec:
            found["outboundTrafficPolicy"] = spec["outboundTrafficPolicy"]
        return found if ports else None


def told(decision: Decision) -> tuple[object, ...]:
    """Return all that an answer says about a call, without the order of endpoints."""
    clusters = [(one.name, one.weight, frozenset(one.endpoints)) for one in decision.clusters]
    way = (decision.listener, decision.route_config, decision.virtual_host, decision.route)
    end = (decision.error, decision.verdict, decision.undecided, decision.action)
    return (*way, decision.filter_chain, clusters, *end)


def _held(rule: Spec, entries: list[str]) -> Spec:
    """Return a rule with only the entry of its match that held."""
    held = [one for one in rule.get("match", ()) if one["name"] in entries]
    return {**rule, "match": held} if "match" in rule else rule


def _of_port(holder: Spec, port: str) -> dict[str, Any]:
    """Leave out settings for other ports."""
    policy = holder.get("trafficPolicy", {})
    if "portLevelSettings" not in policy:
        return dict(holder)
    kept = [one for one in policy["portLevelSettings"] if str(one["port"]["number"]) == port]
    if kept:  # a port's settings stand instead of those for all ports
        policy = {"portLevelSettings": kept}
    else:
        policy = {name: one for name, one in policy.items() if name != "portLevelSettings"}
    return {**holder, "trafficPolicy": policy}


def _parts(cluster: ClusterChoice) -> list[str]:
    """Return direction, port, subset and host of a cluster; empty for one of another form."""
    parts = cluster.name.split("|")
    return parts if len(parts) == 4 else [""] * 4


def _host(cluster: ClusterChoice) -> str:
    return _parts(cluster)[3]


def _full(host: str) -> str:
    return host if "." in host else f"{host}.default.svc.cluster.local"


def _serves(hosts: list[str], name: str) -> bool:
    """Say whether a server's hosts cover a name."""
    bare = name.lower().partition(":")[0]
    for host in hosts:
        stated = host.rpartition("/")[2]
        if stated in ("*", bare) or (stated.startswith("*.") and bare.endswith(stated[1:])):
            return True
    return False
