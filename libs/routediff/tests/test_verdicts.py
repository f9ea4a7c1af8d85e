"""Which calls policies stop on one side only, held to what `libs/routing` says of single calls."""

import json
from collections.abc import Iterator, Mapping, Sequence
from ipaddress import IPv4Network

import pytest

from libs.envoy.jwks import NOBODYS
from libs.matchsets import expressions
from libs.matchsets.firstmatch import Box
from libs.matchsets.partition import Effort, partition
from libs.routediff.difference import difference
from libs.routediff.guarding import entry, policies_of, surroundings
from libs.routediff.outlets import Outlet, outlets
from libs.routediff.predicates import Aspect
from libs.routediff.sides import Manager
from libs.routediff.tables import Comparable
from libs.routediff.tests.views import compiled
from libs.routediff.values import Values, bits_of
from libs.routediff.verdicts import Verdicts, verdicts
from libs.routing.call import Call, Protocol, Tls, call_from_fields
from libs.routing.evaluate import evaluate
from libs.routing.filters import opened
from libs.routing.outcome import Failure
from libs.routing.resources import Resources
from tests.agree import policyrules
from tests.agree.dice import Dice

ADDRESS, PORT, BYTES_PORT = "127.77.4.1", 9080, 9084
PROXY = json.dumps(
    {
        "type": "sidecar",
        "ip": ADDRESS,
        "labels": {"app": "ratings"},
        "metadata": {
            "INTERCEPTION_MODE": "NONE",
            "TLS_SERVER_CERT_CHAIN": "/c/mesh.pem",
            "TLS_SERVER_KEY": "/c/mesh.key",
            "TLS_SERVER_ROOT_CERT": "/c/ca.pem",
        },
    }
)
SIDECAR = """apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: ratings}
spec:
  workloadSelector: {labels: {app: ratings}}
  ingress:
  - port: {number: 9080, protocol: HTTP, name: http}
    bind: 127.77.4.1
    captureMode: NONE
    defaultEndpoint: 127.0.0.1:9081
  - port: {number: 9084, protocol: TCP, name: tcp}
    bind: 127.77.4.1
    captureMode: NONE
    defaultEndpoint: 127.0.0.1:9081
  egress: [{hosts: ["~/*"]}]
"""
PAIRS, CALLS = 4, 20
PRINCIPALS = (
    "cluster.local/ns/shop/sa/reader",
    "cluster.local/ns/shop/sa/writer",
    "cluster.local/ns/bank/sa/reader",
    "cluster.local/ns/default/sa/default",
)


READS_TOKENS = {
    "apiVersion": "security.istio.io/v1",
    "kind": "RequestAuthentication",
    "metadata": {"name": "tokens", "namespace": "default"},
    "spec": {"jwtRules": [{"issuer": "shop.example", "jwks": NOBODYS}]},
}


def _policies(*policies: tuple[str, Sequence[object]], tokens: bool = False) -> Resources:
    """Compile policies of these actions and rules; with `tokens` somebody reads those."""
    objects = [
        {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": f"p{at}", "namespace": "default"},
            "spec": {"action": action, "rules": rules},
        }
        for at, (action, rules) in enumerate(policies)
    ]
    more = [READS_TOKENS] if tokens else []
    return compiled("\n---\n".join([SIDECAR, *map(json.dumps, [*objects, *more])]), PROXY)


def _known(rule: Mapping[str, object]) -> bool:
    """Say whether a drawn rule asks nothing that depends on tokens or on the way in."""
    text = json.dumps(rule)
    return not any(word in text for word in ("equest", "destination.", "connection."))


def _rules(dice: Dice) -> Sequence[object]:
    drawn = (policyrules.rule(dice, [PORT, BYTES_PORT]) for _ in range(40))
    return [one for one in drawn if _known(one)][: dice.number(1, 3)]


def _side(dice: Dice) -> list[tuple[str, Sequence[object]]]:
    return [(action, _rules(dice)) for action in ("DENY", "ALLOW") if dice.chance(0.7)]


def _call(dice: Dice) -> Call:
    fields: dict[str, object] = {
        "mode": "inbound",
        "address": ADDRESS,
        "port": PORT,
        "host": dice.one(policyrules.HOSTS),
        "method": dice.one(policyrules.METHODS),
        "path": dice.one(policyrules.PATHS),
        "source": {"ip": dice.one(policyrules.SOURCES)},
    }
    if dice.chance(0.4):
        fields["headers"] = {"x-forwarded-for": dice.one(policyrules.FORWARDED)}
    if dice.chance(0.6):
        source = {"ip": dice.one(policyrules.SOURCES), "principal": dice.one(PRINCIPALS)}
        fields |= {"tls": "mtls", "sni": "shop.example", "source": source}
    return call_from_fields(fields)


def _entries(old: Resources, new: Resources) -> Iterator[tuple[Tls, Verdicts]]:
    """Yield what is said of the calls of each way into the port for requests."""
    for outlet in outlets(old, new):
        managers = _managers(outlet)
        if managers is None:
            continue
        chains = outlet.old.chain, outlet.new.chain
        sides = tuple(entry(outlet.call, *both) for both in zip(chains, managers, strict=True))
        old_ones, new_ones = (policies_of(one) for one in managers)
        known = surroundings(chains, managers)
        found = verdicts(old_ones, new_ones, (sides[0], sides[1]), known, Effort())
        yield outlet.call.tls, found


def _managers(outlet: Outlet) -> list[Manager] | None:
    chains = outlet.old.chain, outlet.new.chain
    wanted = outlet.call.port == PORT and outlet.call.protocol is Protocol.HTTP
    if not wanted or not all(chains):
        return None
    return [opened(one.filters[-1].typed_config, Manager) for one in chains if one is not None]


def _stopped(resources: Resources, call: Call) -> bool:
    return evaluate(resources, call).error is Failure.DENIED


def _within(call: Call, box: Box, space: Comparable) -> bool:
    return all(
        box.parts.get(key, -1) >> _part(call, values) & 1
        for key, values in space.dimensions.items()
    )


def _part(call: Call, values: Values) -> int:
    """Return the part in which the value of a call is, asked text by text."""
    value = _value(call, values)
    if value is None:
        assert values.absent is not None
        return values.absent
    languages = list(
        dict.fromkeys(one.language for one in values.predicates if one.language is not None)
    )
    (found,) = partition(languages, expressions.exact(value))
    return next(at for at, part in enumerate(values.parts) if part.inside == found.inside)


def _value(call: Call, values: Values) -> str | None:
    aspect, name = values.dimension.aspect, values.dimension.name
    if aspect is Aspect.HEADER:
        return call.headers.get(name)
    if name:
        return bits_of(IPv4Network(call.headers.get("x-forwarded-for", call.source["ip"])))
    return {
        Aspect.PATH: lambda: call.path,
        Aspect.METHOD: lambda: call.method,
        Aspect.HOST: lambda: call.host,
        Aspect.CALLER: lambda: f"spiffe://{call.source['principal']}",
        Aspect.ADDRESS: lambda: bits_of(IPv4Network(call.source["ip"])),
    }[aspect]()


@pytest.mark.parametrize("seed", range(PAIRS))
def test_a_call_is_in_a_class_exactly_when_it_is_stopped_on_one_side_only(seed: int) -> None:
    """For random policies and calls; and every example shows its difference."""
    dice = Dice(seed)
    old, new = _policies(*_side(dice)), _policies(*_side(dice))
    said = list(_entries(old, new))
    for _ in range(CALLS):
        call = _call(dice)
        differs = _stopped(old, call) != _stopped(new, call)
        ways = [found for tls, found in said if tls is call.tls]
        assert ways
        for found in ways:
            boxes = [(box, one.space) for one in found.changed for box in one.boxes]
            assert not found.reasons
            assert any(_within(call, *one) for one in boxes) == differs, call
    assert all(one.proven for one in difference(old, new).classes)


def test_rules_that_say_the_same_in_other_words_are_no_difference() -> None:
    """A rule within another one, and one twice."""
    wide = {"to": [{"operation": {"paths": ["/a*"]}}]}
    narrow = {"to": [{"operation": {"paths": ["/a/b"], "methods": ["GET"]}}]}
    found = difference(_policies(("ALLOW", [wide])), _policies(("ALLOW", [narrow, wide, wide])))
    assert (found.classes, found.undecided) == ((), ())


def test_the_calls_are_said_in_words_with_an_example_to_type() -> None:
    """By caller, address, path and header, whatever the policies ask for."""
    old = {
        "from": [{"source": {"namespaces": ["shop"]}}],
        "to": [{"operation": {"paths": ["/a*"]}}],
    }
    new = {**old, "from": [{"source": {"namespaces": ["shop"], "notIpBlocks": ["10.0.0.0/8"]}}]}
    found = difference(_policies(("ALLOW", [old])), _policies(("ALLOW", [new])))
    (one,) = found.classes
    assert one.which == (
        "paths where the path begins with /a with a caller that is of namespace shop"
        " and an address that is within 10.0.0.0/8"
    )
    assert one.example.source["principal"].startswith("cluster.local/ns/shop/sa/")
    assert one.example.source["ip"].startswith("10.")
    assert (one.old.error, one.new.error, one.effect) == (None, Failure.DENIED, "security")


def test_bare_connections_are_compared_by_who_calls() -> None:
    """Where there are no requests, only callers and addresses are left."""
    one = {"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/reader"]}}]}
    more = {"from": [{"source": {"principals": ["cluster.local/ns/shop/sa/*"]}}]}
    found = difference(_policies(("ALLOW", [one])), _policies(("ALLOW", [more])))
    (bytes_only,) = [each for each in found.classes if each.example.port == BYTES_PORT]
    assert bytes_only.example.protocol is Protocol.TCP
    assert bytes_only.old.error is Failure.DENIED
    assert bytes_only.new.error is None


def test_what_tokens_decide_is_said_to_be_open() -> None:
    """Never that nothing changes; where nobody reads tokens it is known that nothing does."""
    token = {"when": [{"key": "request.auth.claims[group]", "values": ["gold"]}]}
    other = {"when": [{"key": "request.auth.claims[group]", "values": ["silver"]}]}
    path = {"to": [{"operation": {"paths": ["/open"]}}]}
    sides = [("ALLOW", [token, path])], [("ALLOW", [other, path])]
    old, new = (_policies(*one, tokens=True) for one in sides)
    found = difference(old, new)
    assert not found.classes
    assert {one.reason for one in found.undecided} == {
        "which calls policies stop: what envoy.filters.http.jwt_authn notes"
    }
    unread = difference(_policies(*sides[0]), _policies(*sides[1]))
    assert (unread.classes, unread.undecided) == ((), ())


def test_a_policy_that_is_only_tried_changes_no_call() -> None:
    """It is counted, and that is all."""
    before = _policies(("AUDIT", [{}]))
    assert difference(before, _policies()).classes == ()
