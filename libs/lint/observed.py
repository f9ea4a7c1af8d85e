"""What becomes of calls that were seen: which of them a configuration refuses, and who decides.

A call is followed where it was seen: at the proxies of the service that was called, or at that of
the caller. What an observation does not have (headers, tokens) may let a call through, so a refusal
that may turn on it is not certain.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Final

from libs.compile.peers import demand_of
from libs.compile.proxy import Proxy, ProxyType, proxy_class
from libs.compile.scope import select_sidecar
from libs.compile.vantages import AGENT
from libs.compile.world import World
from libs.envoy import names
from libs.kernel.ids import ClassKey
from libs.kernel.origins import ObjectKey
from libs.meshapi.authorizationpolicy import AuthorizationPolicy, Rule
from libs.meshapi.observation import ObservedCall
from libs.registry.service import Endpoint
from libs.routing.call import Call, CallError, call_from_fields
from libs.routing.decision import Decision, Verdict
from libs.routing.evaluate import evaluate
from libs.routing.manager import BLACK_HOLE
from libs.routing.outcome import Failure
from libs.routing.resources import Resources

Path = tuple[str | int, ...]
See = Callable[[Proxy], Resources | None]
"""What a proxy is told; None where that cannot be compiled."""

BLOCKED: Final = "Blocked"
"""In place of a failure: the caller's own proxy sends the call nowhere."""

_POLICY: Final = re.compile(r"ns\[([^]]*)\]-policy\[([^]]*)\](?:-rule\[(\d+)\])?")
_BLOCKING: Final = "block_all"
_NONE: Final = "NONE"
_TLS: Final = (Failure.TLS_ERROR, Failure.MTLS_ERROR, Failure.NO_FILTER_CHAIN)
_UNSEEN: Final = ("request.headers", "request.auth", "experimental.envoy.filters")
_SOMEWHERE: Final = "192.0.2.9"
"""An address for documentation, where none was seen."""
_CLASSES_MAX: Final = 8
"""So many kinds of proxies behind one service are asked."""


@dataclass(frozen=True, slots=True)
class Culprit:
    """Who refuses a call: an object and the part of it, or the mesh's settings without a key."""

    key: ObjectKey | None
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """A call that was seen and gets no answer now.

    `place` is its number in the observation. Without a culprit nobody can be named. It is not
    `certain` where something that was not observed may let the call through.
    """

    place: int
    call: ObservedCall
    reason: str
    culprit: Culprit | None
    certain: bool = True


def refusals(world: World, calls: Iterable[ObservedCall], see: See) -> Iterator[Refusal]:
    """Yield the calls that a world refuses, in their order, each once."""
    asking = _Asking(world, see)
    for place, call in enumerate(calls):
        follow = asking.outbound if call.seen_by == "caller" else asking.inbound
        found = next(follow(call), None)
        if found is not None:
            yield replace(found, place=place)


class _Asking:
    """Follows calls in one world."""

    def __init__(self, world: World, see: See) -> None:
        self._world, self._see = world, see
        self._servers: dict[str, tuple[tuple[Proxy, Endpoint], ...]] = {}

    def inbound(self, call: ObservedCall) -> Iterator[Refusal]:
        """Follow a call at each kind of proxy of the service that was called."""
        service = self._world.registry.services.get(call.host)
        port = service.port(call.port) if service is not None else None
        if port is None:
            return
        for each, endpoint in self._proxies(call.host):
            number = endpoint.ports.get(port.name)
            proxy = each if number is None else self._bound(each, number)
            resources = self._see(proxy)
            if number is None or resources is None:
                continue
            at = {"mode": "inbound", "address": endpoint.address, "port": number}
            decision = _asked(resources, call, at)
            if decision is not None and decision.error is not None and not _is_elsewhere(decision):
                yield self._refused(call, decision, proxy)

    def outbound(self, call: ObservedCall) -> Iterator[Refusal]:
        """Follow a call at the proxy of its caller."""
        proxy = self._placed(_caller(call))
        resources = self._see(proxy)
        if resources is None:
            return
        service = self._world.registry.services.get(call.host)
        known = next(iter(service.addresses), "") if service is not None else ""
        at = {"mode": "outbound", "address": call.address or known, "port": call.port}
        decision = _asked(resources, call, at)
        if decision is None:
            return
        if _is_blocked(decision):
            yield Refusal(0, call, BLOCKED, self._blocking(proxy))
        elif decision.error is not None:
            yield Refusal(0, call, str(decision.error), None)

    def _proxies(self, host: str) -> tuple[tuple[Proxy, Endpoint], ...]:
        """Return the proxies of a service, one of each class."""
        if host not in self._servers:
            found: dict[ClassKey, tuple[Proxy, Endpoint]] = {}
            for one in self._world.registry.endpoints.get(host, ()):
                proxy = self._placed(_server(one, self._world.registry.services[host].namespace))
                found.setdefault(proxy_class(proxy, self._world), (proxy, one))
            self._servers[host] = tuple(islice(found.values(), _CLASSES_MAX))
        return self._servers[host]

    def _bound(self, proxy: Proxy, number: int) -> Proxy:
        """Return a proxy as it is where its Sidecar binds the port itself: nothing intercepts."""
        sidecar = select_sidecar(self._world, proxy)
        ports = (
            [one for one in sidecar.spec.ingress if one.capture_mode == _NONE] if sidecar else ()
        )
        if all(one.port.number != number for one in ports):
            return proxy
        return replace(proxy, metadata={**proxy.metadata, "INTERCEPTION_MODE": _NONE})

    def _placed(self, proxy: Proxy) -> Proxy:
        return replace(proxy, cluster=self._world.cluster, metadata=AGENT)

    def _refused(self, call: ObservedCall, decision: Decision, proxy: Proxy) -> Refusal:
        reason = decision.reason or str(decision.error)
        if decision.error in _TLS:
            return Refusal(0, call, reason, self._demanding(proxy))
        culprit = _policy(decision.rule or reason)
        return Refusal(0, call, reason, culprit, certain=not self._turns_on_more(decision))

    def _demanding(self, proxy: Proxy) -> Culprit | None:
        root = self._world.settings.root_namespace
        found = demand_of(self._world.peers, root, proxy.namespace, proxy.labels).sources
        return Culprit(found[-1], ("spec", "mtls", "mode")) if found else None

    def _blocking(self, proxy: Proxy) -> Culprit:
        sidecar = select_sidecar(self._world, proxy)
        return Culprit(sidecar.key, ("spec",)) if sidecar is not None else Culprit(None)

    def _turns_on_more(self, decision: Decision) -> bool:
        """Say whether what an observation does not have may decide for a policy that refuses."""
        named = {(found[1], found[2]) for found in _POLICY.finditer(decision.reason or "")}
        return any(
            (one.namespace, one.metadata.name) in named and any(map(_is_unseen, one.spec.rules))
            for some in self._world.authorizations.values()
            for one in some
        )


def _asked(resources: Resources, call: ObservedCall, at: dict[str, Any]) -> Decision | None:
    try:
        return evaluate(resources, _followed(call, at))
    except CallError:
        return None


def _followed(call: ObservedCall, at: dict[str, Any]) -> Call:
    source = call.source
    given = {"principal": source.principal, "namespace": source.namespace, "ip": source.address}
    more = {"host": call.authority or call.host, "protocol": call.protocol}
    request = {"method": call.method, "path": call.path} if call.protocol != "tcp" else {}
    tls = {"tls": call.tls} if call.tls is not None else {}
    stated = {name: text for name, text in {**more, **request, **tls}.items() if text}
    return call_from_fields({**at, **stated, "source": {k: v for k, v in given.items() if v}})


def _server(one: Endpoint, namespace: str) -> Proxy:
    return Proxy(
        ProxyType.SIDECAR,
        one.namespace or namespace,
        (one.address,),
        labels=one.labels,
        service_account=one.service_account or "default",
    )


def _caller(call: ObservedCall) -> Proxy:
    source = call.source
    return Proxy(
        ProxyType.SIDECAR,
        source.namespace,
        (source.address or _SOMEWHERE,),
        labels=source.labels,
        service_account=source.service_account or "default",
    )


def _is_blocked(decision: Decision) -> bool:
    names = [one.name for one in decision.clusters]
    hole = bool(names) and all(name == BLACK_HOLE for name in names)
    answered = decision.verdict is Verdict.RESPOND and decision.virtual_host == _BLOCKING
    return hole or answered


def _is_elsewhere(decision: Decision) -> bool:
    """Say whether a call came to no port of its own, where it was seen to come to one."""
    chain = decision.filter_chain
    return decision.error is Failure.NO_LISTENER or chain == names.INBOUND_CATCH_ALL


def _policy(text: str) -> Culprit | None:
    """Return the first policy that a reason names."""
    found = _POLICY.search(text)
    if found is None:
        return None
    key = ObjectKey(AuthorizationPolicy.GROUP, AuthorizationPolicy.__name__, found[1], found[2])
    return Culprit(key, ("spec", "rules", int(found[3])) if found[3] else ("spec",))


def _is_unseen(rule: Rule) -> bool:
    """Say whether a rule asks for what no observation has."""
    sources = [one.source for one in rule.from_ if one.source is not None]
    tokens = any(one.request_principals or one.not_request_principals for one in sources)
    return tokens or any(one.key.startswith(_UNSEEN) for one in rule.when)
