"""DestinationPolicies and the labels of routes as DestinationRules, one for each host.

A policy without labels is the host's own, one with labels that of the subset. A policy for one
caller is a rule of its own with a `workloadSelector`, in the caller's namespace: such a rule is
used instead of the general one, so it repeats what the general one says.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from libs.meshapi.destinationrule import DestinationRule, DestinationRuleSpec, Subset
from libs.meshapi.dialects.callers import Caller, caller_of
from libs.meshapi.dialects.destinationpolicy import DestinationPolicy
from libs.meshapi.dialects.istioservice import host_of, written
from libs.meshapi.dialects.places import ConvertedPlaces, Part
from libs.meshapi.dialects.routes import home_of, name_for
from libs.meshapi.dialects.run import Old, Run, by_name
from libs.meshapi.dialects.subsets import Labels, labels_of
from libs.meshapi.dialects.treatment import note_custom, traffic_policy
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Path
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.trafficpolicy import TrafficPolicy

_NO_LABELS: Labels = ()
_Policies = Sequence[Old[DestinationPolicy]]
Origins = Mapping[tuple[str, Labels], Old[MeshObject]]
"""The first old object that needs a subset, by host and labels."""


@dataclass(slots=True)
class _Host:
    """The policies for one host, by name: those for everybody and those for single callers."""

    general: list[Old[DestinationPolicy]] = field(default_factory=list)
    limited: list[tuple[Caller, Old[DestinationPolicy]]] = field(default_factory=list)


def destination_rules(policies: _Policies, origins: Origins, run: Run) -> Iterator[ParsedObject]:
    """Return the rules of every host that has policies, or whose subsets routes have asked for."""
    hosts: dict[str, _Host] = {}
    for old in by_name(policies):
        note_custom(old, run)
        host = host_of(old.object.spec.destination, old.namespace, run.context.domain)
        _sort_in(old, hosts.setdefault(host, _Host()), run)
    for host in sorted(hosts.keys() | run.subsets.used.keys()):
        yield from _rules(_Target(host, origins, run), hosts.get(host, _Host()))


def labelled(old: Old[DestinationPolicy], domain: str) -> tuple[str, Mapping[str, str]]:
    """Return the host and the labels that a policy is for."""
    destination = old.object.spec.destination
    return host_of(destination, old.namespace, domain), destination.labels


def _sort_in(old: Old[DestinationPolicy], host: _Host, run: Run) -> None:
    source = old.object.spec.source
    if source is None:
        host.general.append(old)
        return
    caller = caller_of(old, ("spec", "source"), source, run)
    if caller is not None:
        host.limited.append((caller, old))


@dataclass(frozen=True, slots=True)
class _Target:
    """A host whose rules are written."""

    host: str
    origins: Origins
    run: Run

    def subsets(self, chosen: Mapping[Labels, Old[DestinationPolicy]]) -> list[Labels]:
        """Return the labels of every subset, routes' and policies'."""
        for labels in filter(None, chosen):
            self.run.subsets.name(self.host, dict(labels))
        return sorted(self.run.subsets.used.get(self.host, {}))


def _rules(target: _Target, host: _Host) -> Iterator[ParsedObject]:
    chosen = _first_by_labels(host.general)
    for old in host.general:
        winner = chosen[_labels(old)]
        if winner is not old:
            text = f"policy `{winner.name}` is for the same and comes first, so it is left out"
            target.run.approximate(old, (), text)
    if _NO_LABELS in chosen and target.subsets(chosen):
        text = (
            "it was for calls to no particular labels; today subsets that do not say it "
            "themselves take it over"
        )
        target.run.approximate(chosen[_NO_LABELS], ("spec",), text)
    if target.subsets(chosen) or any(map(_policy, chosen.values())):
        yield _rule(target, chosen, None)
    callers = {(one.namespace, one.name, labels_of(one.labels)): one for one, _ in host.limited}
    for _, caller in sorted(callers.items()):
        mine = [old for one, old in host.limited if one == caller]
        yield _rule(target, _first_by_labels(by_name([*host.general, *mine])), caller)


def _first_by_labels(policies: _Policies) -> dict[Labels, Old[DestinationPolicy]]:
    found: dict[Labels, Old[DestinationPolicy]] = {}
    for old in policies:
        found.setdefault(_labels(old), old)
    return found


def _labels(old: Old[DestinationPolicy]) -> Labels:
    return labels_of(old.object.spec.destination.labels)


def _rule(
    target: _Target, chosen: Mapping[Labels, Old[DestinationPolicy]], caller: Caller | None
) -> ParsedObject:
    """Write one rule: the host's own policy, and a subset for every set of labels."""
    run, domain = target.run, target.run.context.domain
    labels = target.subsets(chosen)
    sources = [chosen.get(one) or target.origins[target.host, one] for one in labels]
    first = chosen.get(_NO_LABELS) or sources[0]
    home = home_of(target.host, first.namespace, domain)
    namespace = (caller.namespace or first.namespace) if caller is not None else home
    wanted = name_for(target.host, namespace, domain) + (f"-from-{caller.name}" if caller else "")
    parts: dict[Path, Part] = {
        ("spec", "subsets", index): (old.parsed.positions, ("spec",))
        for index, old in enumerate(sources)
    }
    spec = DestinationRuleSpec(
        host=written(target.host, namespace, domain),
        traffic_policy=_policy(chosen.get(_NO_LABELS)),
        subsets=tuple(
            Subset(
                name=run.subsets.name(target.host, dict(one)),
                labels=dict(one),
                traffic_policy=_policy(chosen.get(one)),
            )
            for one in labels
        ),
        workload_selector=WorkloadSelector(match_labels=caller.labels) if caller else None,
    )
    name = run.free_name("DestinationRule", namespace, wanted)
    made = DestinationRule(metadata=Metadata(name=name, namespace=namespace), spec=spec)
    places = ConvertedPlaces(first.parsed.positions, parts)
    return ParsedObject(made, first.parsed.origin, places)


def _policy(old: Old[DestinationPolicy] | None) -> TrafficPolicy | None:
    return traffic_policy(old.object) if old is not None else None
