"""VirtualServices for one host: where their order decides, it has to be stated.

Istio goes by age, which a repository does not know. A sidecar uses the first VirtualService of a
host alone. A gateway puts the rules of all one behind the other, catch-alls last, so the order
matters there when one request satisfies rules of both.
"""

from collections.abc import Iterator, Sequence
from itertools import combinations, product

from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.covering import EVERYTHING, Overlap, overlap, takes_everything
from libs.lint.gatewayhosts import bound_names, full_hosts, gateways_by_name, served
from libs.lint.subject import Path, Subject, report
from libs.meshapi.metadata import PRIORITY_ANNOTATION
from libs.meshapi.virtualservice import MESH_GATEWAY, HTTPMatchRequest, VirtualService
from libs.registry.order import age

_Claim = tuple[Path, Subject[VirtualService]]
_EVERY_NAMESPACE = "*"
_COMPARED_MAX = 20_000
_STATE_IT = f"state the order with annotation `{PRIORITY_ANNOTATION}`, or merge them"


def check(view: ClusterView) -> Iterator[Finding]:
    """Find hosts with several VirtualServices, at sidecars and at each Gateway."""
    for host, claims in _mesh_claims(view).items():
        yield from _at_sidecars(host, claims)
    for (gateway, host), claims in _gateway_claims(view).items():
        for first, second in combinations(claims, 2):
            yield from _at_gateway(gateway, host, first, second)


def is_stated(first: VirtualService, second: VirtualService) -> bool:
    """Say whether time of creation or priority tells which of two comes first."""
    return age(first)[:2] != age(second)[:2]


def _mesh_claims(view: ClusterView) -> dict[str, list[_Claim]]:
    found: dict[str, list[_Claim]] = {}
    for one in view.of(VirtualService):
        if MESH_GATEWAY in one.object.spec.gateways:
            for index, host in enumerate(full_hosts(view, one)):
                found.setdefault(host, []).append((("spec", "hosts", index), one))
    return found


def _at_sidecars(host: str, claims: Sequence[_Claim]) -> Iterator[Finding]:
    for index, (path, one) in enumerate(claims):
        before = [former for _, former in claims[:index] if _same_audience(former, one)]
        if not before:
            continue
        winner = before[0]
        if is_stated(winner.object, one.object):
            text = f"{winner.key} comes first for host `{host}`, so sidecars never use this one"
            yield report(rules.HOST_CLAIMED_TWICE, one, path, text, [winner])
        else:
            text = (
                f"{winner.key} is for host `{host}` too, and sidecars use only the first; "
                f"{_STATE_IT}"
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


def _gateway_claims(view: ClusterView) -> dict[tuple[str, str], list[_Claim]]:
    gateways = gateways_by_name(view)
    found: dict[tuple[str, str], list[_Claim]] = {}
    for one in view.of(VirtualService):
        bound = [name for name in bound_names(one) if name in gateways]
        for index, host in enumerate(full_hosts(view, one)):
            for name in bound:
                for common in served(gateways[name], host, one.namespace):
                    claims = found.setdefault((name, common), [])
                    if not any(claimed is one for _, claimed in claims):
                        claims.append((("spec", "hosts", index), one))
    return found


def _at_gateway(gateway: str, host: str, first: _Claim, second: _Claim) -> Iterator[Finding]:
    (_, former), (path, one) = first, second
    if former.key == one.key or is_stated(former.object, one.object):
        return
    decides = _order_decides(former.object, one.object)
    if decides is Overlap.NO:
        return
    level = Level.ERROR if decides is Overlap.YES else Level.WARNING
    verb = "match" if decides is Overlap.YES else "may match"
    text = (
        f"rules of {former.key} {verb} the same requests for `{host}` at gateway `{gateway}`; "
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
