"""VirtualServices for one host: where their order decides, it has to be stated.

Istio goes by age, which a repository does not know. A sidecar uses the first VirtualService of a
host alone. A gateway puts the rules of all one behind the other, catch-alls last, so the order
matters there when one request satisfies rules of both.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product, takewhile

from libs.compile.hosts import fqdn
from libs.compile.rules import gateway_name
from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.covering import EVERYTHING, Overlap, overlap, takes_everything
from libs.lint.gatewayhosts import bound_gateways, full_hosts, served
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.gateway import Gateway
from libs.meshapi.metadata import PRIORITY_ANNOTATION
from libs.meshapi.virtualservice import MESH_GATEWAY, HTTPMatchRequest, VirtualService
from libs.registry.hostnames import is_wildcard
from libs.registry.order import age

_Claim = tuple[Path, Subject[VirtualService]]
_EVERY_NAMESPACE = "*"
_COMPARED_MAX = 20_000
_STATE_IT = f"state the order with annotation `{PRIORITY_ANNOTATION}`, or merge them"


def _full_hosts(one: VirtualService, domain: str) -> Iterator[str]:
    return (fqdn(host, one.namespace, domain) for host in one.spec.hosts)


def _gateways(one: VirtualService) -> Iterator[str]:
    return (gateway_name(name, one.namespace) for name in one.spec.gateways)


_OF_MESH_HOST = Index(
    VirtualService,
    lambda one, domain: _full_hosts(one, domain) if MESH_GATEWAY in one.spec.gateways else (),
)
_OF_GATEWAY_HOST = Index(
    VirtualService, lambda one, domain: product(_gateways(one), _full_hosts(one, domain))
)
_OF_GATEWAY_WITH_WILDCARD = Index(
    VirtualService,
    lambda one, domain: _gateways(one) if any(map(is_wildcard, _full_hosts(one, domain))) else (),
)


def check(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Compare a VirtualService with the older ones of its hosts, at sidecars and each Gateway."""
    hosts = list(enumerate(full_hosts(view, one)))
    if MESH_GATEWAY in one.object.spec.gateways:
        for index, host in hosts:
            older = takewhile(lambda former: former is not one, view.find(_OF_MESH_HOST, host))
            yield from _at_sidecars(host, (("spec", "hosts", index), one), older)
    for gateway in bound_gateways(view, one):
        seen: set[str] = set()
        for index, host in hosts:
            for common in sorted(served(gateway, host, one.namespace) - seen):
                seen.add(common)
                claim = (("spec", "hosts", index), one)
                for former in older_at(view, gateway, common, one):
                    yield from _at_gateway(gateway, common, former, claim)


CHECKS = (each(VirtualService, check),)


def is_stated(first: VirtualService, second: VirtualService) -> bool:
    """Say whether time of creation or priority tells which of two comes first."""
    return age(first)[:2] != age(second)[:2]


def _at_sidecars(
    host: str, claim: _Claim, older: Iterable[Subject[VirtualService]]
) -> Iterator[Finding]:
    path, one = claim
    winner = next((former for former in older if _same_audience(former, one)), None)
    if winner is None:
        return
    if is_stated(winner.object, one.object):
        text = f"{winner.key} comes first for host `{host}`, so sidecars never use this one"
        yield report(rules.HOST_CLAIMED_TWICE, one, path, text, [winner])
    else:
        text = (
            f"{winner.key} is for host `{host}` too, and sidecars use only the first; {_STATE_IT}"
        )
        yield report(rules.ORDER_NOT_STATED, one, path, text, [winner])


def _same_audience(one: Subject[VirtualService], other: Subject[VirtualService]) -> bool:
    """A private one comes before a public one by rule; two of a kind have to share a namespace."""
    if one.key == other.key:
        return False
    mine, theirs = _audience(one), _audience(other)
    if _EVERY_NAMESPACE in mine or _EVERY_NAMESPACE in theirs:
        return _EVERY_NAMESPACE in mine and _EVERY_NAMESPACE in theirs
    return bool(mine & theirs)


def _audience(one: Subject[VirtualService]) -> set[str]:
    return {
        one.namespace if name == "." else name
        for name in one.object.spec.export_to or (_EVERY_NAMESPACE,)
    }


def older_at(
    view: ClusterView, gateway: Subject[Gateway], host: str, one: Subject[VirtualService]
) -> Iterator[Subject[VirtualService]]:
    """Return the older VirtualServices to which a Gateway's server leaves the same host."""
    name = f"{gateway.namespace}/{gateway.key.name}"
    found = dict.fromkeys(
        (*view.find(_OF_GATEWAY_HOST, (name, host)), *view.find(_OF_GATEWAY_WITH_WILDCARD, name))
    )
    for former in found:
        if age(former.object) < age(one.object) and any(
            host in served(gateway, name, former.namespace) for name in full_hosts(view, former)
        ):
            yield former


def _at_gateway(
    gateway: Subject[Gateway], host: str, former: Subject[VirtualService], claim: _Claim
) -> Iterator[Finding]:
    path, one = claim
    if former.key == one.key or is_stated(former.object, one.object):
        return
    decides = _order_decides(former.object, one.object)
    if decides is Overlap.NO:
        return
    level = Level.ERROR if decides is Overlap.YES else Level.WARNING
    verb = "match" if decides is Overlap.YES else "may match"
    text = (
        f"rules of {former.key} {verb} the same requests for `{host}` at gateway "
        f"`{gateway.namespace}/{gateway.key.name}`; "
        f"{_STATE_IT}"
    )
    yield report(rules.ORDER_NOT_STATED.as_level(level), one, path, text, [former])


def _order_decides(first: VirtualService, second: VirtualService) -> Overlap:
    """Compare rules that are moved alike: catch-alls with catch-alls, others with others."""
    mine, theirs = _matches(first), _matches(second)
    if len(mine) * len(theirs) > _COMPARED_MAX:
        return Overlap.UNKNOWN
    found = {
        overlap(a, b)
        for a, b in product(mine, theirs)
        if takes_everything(a) == takes_everything(b)
    }
    if Overlap.YES in found:
        return Overlap.YES
    return Overlap.UNKNOWN if Overlap.UNKNOWN in found else Overlap.NO


def _matches(obj: VirtualService) -> Sequence[HTTPMatchRequest]:
    return [match for rule in obj.spec.http for match in rule.match or (EVERYTHING,)]
