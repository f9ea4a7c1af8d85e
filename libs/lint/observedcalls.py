"""Calls that a cluster was seen to make, and that the fleet's configuration refuses."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyError, proxy_class
from libs.compile.sharing import Shared
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.world import World, build_world
from libs.desired.facts import ClusterFacts, facts_path
from libs.desired.finding import Finding, finding
from libs.desired.fleetview import FleetView, own_set
from libs.desired.members import PlacedObject
from libs.desired.rendering import Contents, Rendering
from libs.kernel.ids import ClassKey, ClusterName, SetName
from libs.kernel.origins import ObjectKey, Origin
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.observed import BLOCKED, Culprit, Refusal, refusals
from libs.lint.subject import Subject, report
from libs.meshapi.observation import Observation, ObservedCall
from libs.meshapi.parsed import ParsedObject
from libs.routing.outcome import Failure
from libs.routing.resources import Resources, from_snapshot

_SHOWN_MAX: Final = 3
_TLS_FAILURES: Final = (Failure.TLS_ERROR, Failure.MTLS_ERROR)
_SETTING: Final = ("spec", "mesh", "outboundTrafficPolicy")
_TLS_WORDS: Final[Mapping[str | None, str]] = {
    "plaintext": "plain",
    "tls": "TLS without a certificate",
    "mtls": "mutual TLS",
}
Placed = Mapping[ObjectKey, PlacedObject[ParsedObject]]


@dataclass(slots=True)
class Views:
    """What the proxies of a world are told, each class compiled once."""

    world: World
    _known: dict[ClassKey, Resources | None] = field(default_factory=dict)
    _shared: Shared = field(default_factory=Shared)

    def __call__(self, proxy: Proxy) -> Resources | None:
        """Return what a proxy is told; None where that cannot be compiled."""
        key = proxy_class(proxy, self.world)
        if key not in self._known:
            try:
                made = compile_snapshot(self.world, proxy, Memo(), self._shared)
                self._known[key] = from_snapshot(made.snapshot)
            except (CompileError, ProxyError):
                self._known[key] = None
        return self._known[key]


def refused_calls(
    view: FleetView, contents: Contents, facts: Mapping[ClusterName, ClusterFacts]
) -> Iterator[Finding]:
    """Yield what refuses calls that were seen: one finding for each caller, service and culprit.

    `contents` have the objects of the facts as well.
    """
    rendering = Rendering(view, contents)
    for cluster, one in facts.items():
        observed, observation = one.observed, one.observation
        if observed is None or observation is None or cluster not in view.clusters:
            continue
        placed = {each_one.key: each_one for each_one in rendering.cluster(cluster).objects}
        objects = [(each_one.item.object, each_one.item.origin) for each_one in placed.values()]
        world = build_world(objects, cluster, view.fleet.spec.mesh)
        found = refusals(world, observed.spec.calls, Views(world))
        for group in grouped(each_one for each_one in found if each_one.certain):
            yield _found(_Place(view, cluster, placed, observation), group)


def grouped(found: Iterable[Refusal]) -> Iterable[Sequence[Refusal]]:
    """Return together what one caller is refused at one service for one reason."""
    groups: dict[object, list[Refusal]] = {}
    for one in found:
        call = one.call
        key = one.culprit, one.reason, _caller_words(call), call.host, call.port
        groups.setdefault(key, []).append(one)
    return groups.values()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a call was seen, and where its culprit may stand."""

    view: FleetView
    cluster: ClusterName
    placed: Placed
    observation: ParsedObject

    def of(self, culprit: Culprit | None, call: int) -> tuple[SetName, Origin, ObjectKey | None]:
        """Return where a finding stands: at the culprit, else at the call itself."""
        own = own_set(self.cluster)
        if culprit is not None and culprit.key is None:
            return own, self.view.fleet_at(_SETTING), self.view.fleet.key
        known = self.placed.get(culprit.key) if culprit and culprit.key is not None else None
        if culprit is None or known is None:
            place = self.observation.positions.at(("spec", "calls", call))
            return own, place, self.observation.key
        return known.set, known.item.positions.at(culprit.path), known.key


def _found(where: _Place, group: Sequence[Refusal]) -> Finding:
    first = group[0]
    name, origin, key = where.of(first.culprit, first.place)
    calls = words_of([one.call for one in group])
    text = (
        f"this refuses calls that cluster `{where.cluster}` was seen to make: {calls} "
        f"({reason_words(first)}); let them through, or write the facts anew once nobody makes "
        f"them (see {facts_path(where.cluster)})"
    )
    found = finding(rules.CALL_REFUSED, (origin, key), (name,), text)
    return replace(found, clusters=(where.cluster,))


def reason_words(one: Refusal) -> str:
    """Say why a call is refused."""
    if one.reason in _TLS_FAILURES:
        return "mutual TLS is demanded, and the caller shows no certificate"
    if one.reason != BLOCKED:
        return one.reason
    if one.culprit is not None and one.culprit.key is None:
        return "the mesh lets nothing out that nobody declared"
    return "the host is not among those that the caller sees"


def words_of(calls: Sequence[ObservedCall]) -> str:
    """Say who calls what: caller and service of the first call, and what all of them ask for."""
    first = calls[0]
    asked = dict.fromkeys(_request(one) for one in calls)
    shown = ", ".join(list(asked)[:_SHOWN_MAX])
    more = f" and {len(asked) - _SHOWN_MAX} more" if len(asked) > _SHOWN_MAX else ""
    return f"{_caller_words(first)} calls {first.host}:{first.port}, {shown}{more}"


def _caller_words(call: ObservedCall) -> str:
    """Name a caller, and say how it speaks to the service where that was seen."""
    source = call.source
    name = "/".join(filter(None, (source.namespace, source.workload or source.service_account)))
    who = name or source.principal or source.address or "somebody"
    how = _TLS_WORDS.get(call.tls)
    return f"`{who}` ({how})" if how else f"`{who}`"


def _request(call: ObservedCall) -> str:
    return " ".join(filter(None, (call.method, call.path))) or "by TCP"


def _misplaced(_view: ClusterView, one: Subject[Observation]) -> Iterator[Finding]:
    text = "nobody looks for this here; move it to `clusters/<name>/facts.yaml` of its cluster"
    yield report(rules.SEEN_ELSEWHERE, one, (), text)


CHECKS = (each(Observation, _misplaced),)
