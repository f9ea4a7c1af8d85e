"""What is risky in a change: calls that end nowhere, and rules and objects that are lost."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from libs.compile.proxy import Proxy
from libs.compile.vantages import Vantage
from libs.desired.facts import ClusterFacts
from libs.desired.members import PlacedObject
from libs.kernel.effectclasses import EffectClass
from libs.kernel.ids import ClusterName
from libs.lint import mergedreach, plainclients, reach
from libs.lint.observed import Refusal, See, refusals
from libs.lint.observedcalls import grouped, reason_words, words_of
from libs.meshapi.observation import ObservedCall
from libs.meshapi.parsed import ParsedObject
from libs.routediff.classes import CallClass
from libs.routediff.findings import new_findings
from libs.routediff.fleet import ClusterDifference, Pair
from libs.routediff.side import Side
from libs.routediff.sights import Seeing, Seen
from libs.routing.outcome import Failure
from libs.routing.resources import Resources


class RiskKind(StrEnum):
    """One kind of risk."""

    NO_ROUTE = "no route"
    NO_ENDPOINTS = "no endpoints"
    TLS_MISMATCH = "TLS mismatch"
    REFUSED_CALL = "refused call"
    WIDER_WILDCARD = "wider wildcard"
    SHADOWED_RULE = "shadowed rule"
    DELETION = "deletion"


@dataclass(frozen=True, slots=True)
class Risk:
    """A risk in words, and the clusters that have it."""

    kind: RiskKind
    text: str
    clusters: tuple[ClusterName, ...] = ()


Lost = Mapping[ClusterName, Sequence[PlacedObject[ParsedObject]]]
"""Objects that clusters do not get any more."""

_OF_FAILURE: Final[Mapping[Failure, RiskKind]] = {
    Failure.NO_ROUTE: RiskKind.NO_ROUTE,
    Failure.NO_VIRTUAL_HOST: RiskKind.NO_ROUTE,
    Failure.NO_ENDPOINTS: RiskKind.NO_ENDPOINTS,
    Failure.TLS_ERROR: RiskKind.TLS_MISMATCH,
    Failure.MTLS_ERROR: RiskKind.TLS_MISMATCH,
}


def of_classes(differences: Iterable[ClusterDifference]) -> tuple[Risk, ...]:
    """Return the risks that examples show, each with the clusters that have it."""
    return folded(
        replace(risk, clusters=one.clusters)
        for one in differences
        for seen in one.classes
        for risk in _of_class(seen.found)
    )


def _of_class(one: CallClass) -> Iterator[Risk]:
    where = f"{one.host}:{one.example.port}" if one.host else one.entry
    kind = _OF_FAILURE.get(one.new.error) if one.new.error is not None else None
    if kind is not None and one.new.error is not one.old.error:
        yield Risk(kind, f"{where}: {one.which}: {one.new.error}")
    served = {each.name for each in one.old.clusters if each.endpoints}
    for each in one.new.clusters:
        if kind is None and each.weight and not each.endpoints and served:
            yield Risk(RiskKind.NO_ENDPOINTS, f"{where}: {one.which}: {each.name} has none")
    wide = [host for host in one.hosts if host.startswith("*")]
    if wide and one.effect is EffectClass.OPENED:
        yield Risk(RiskKind.WIDER_WILDCARD, f"{where}: {', '.join(wide)} is open now")


def shadowed(old: Side, new: Side) -> tuple[Risk, ...]:
    """Return the rules that no call reaches any more, because others take all of theirs."""
    return tuple(
        Risk(RiskKind.SHADOWED_RULE, f"{one.message.object}: {one.message.text}", one.clusters)
        for one in new_findings((*reach.CHECKS, *mergedreach.CHECKS), old, new)
    )


def plain_clients(old: Side, new: Side) -> tuple[Risk, ...]:
    """Return the workloads without a proxy that a demand for mutual TLS refuses from now on."""
    return tuple(
        Risk(RiskKind.TLS_MISMATCH, f"{one.message.object}: {one.message.text}", one.clusters)
        for one in new_findings(plainclients.CHECKS, old, new)
    )


def refused_calls(
    pairs: Mapping[ClusterName, Pair], facts: Mapping[ClusterName, ClusterFacts]
) -> tuple[Risk, ...]:
    """Return the calls that clusters were seen to make, and that are refused from now on."""
    return folded(
        Risk(RiskKind.REFUSED_CALL, _in_words(group, pairs[name].new), (name,))
        for name, one in facts.items()
        if name in pairs and one.observed is not None
        for group in grouped(_newly_refused(pairs[name], one.observed.spec.calls))
    )


def _newly_refused(pair: Pair, calls: Sequence[ObservedCall]) -> Iterator[Refusal]:
    before = {one.place for one in refusals(pair.old.world, calls, _seeing(pair.old))}
    after = refusals(pair.new.world, calls, _seeing(pair.new))
    return (one for one in after if one.place not in before)


def _seeing(sight: Seeing) -> See:
    def see(proxy: Proxy) -> Resources | None:
        found = sight.from_(Vantage("", proxy))
        return found.resources if isinstance(found, Seen) else None

    return see


def _in_words(group: Sequence[Refusal], sight: Seeing) -> str:
    first = group[0]
    key = first.culprit.key if first.culprit is not None else None
    origin = sight.world.origins.get(key) if key is not None else None
    by = f"{key} ({origin}): " if origin is not None else ""
    unless = "" if first.certain else ", unless a header or a token lets it through"
    return f"{by}{words_of([one.call for one in group])}: {reason_words(first)}{unless}"


def deletions(lost: Lost) -> tuple[Risk, ...]:
    """Return the objects that clusters lose, each with the place where it was written."""
    return folded(
        Risk(RiskKind.DELETION, f"{one.key} ({one.item.origin})", (name,))
        for name, objects in lost.items()
        for one in objects
    )


def folded(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """Join risks that say the same of several clusters."""
    found: dict[tuple[RiskKind, str], dict[ClusterName, None]] = {}
    for one in risks:
        found.setdefault((one.kind, one.text), {}).update(dict.fromkeys(one.clusters))
    return tuple(Risk(kind, text, tuple(names)) for (kind, text), names in found.items())
