"""One class of calls as a sentence: which calls, and what becomes of them on each side."""

from collections.abc import Iterable
from typing import Final

from libs.kernel.effectclasses import EffectClass
from libs.routediff.classes import CallClass
from libs.routing.decision import Decision

OTHERS_UNCHANGED: Final = "all others unchanged"
_NO_FIELDS: Final = frozenset({"destinations", "kind"})
"""Facets that the two ends of a sentence already tell."""


def summary(one: CallClass) -> str:
    """Say what changes for a class, like `... GET /reviews/* moves from v1 to v2`."""
    where = f"{one.host}:{one.example.port}" if one.host and one.example.host else one.entry
    return f"{where}: {one.which} {_change(one)}"


def _change(one: CallClass) -> str:
    old, new = _ends(one.old, one.new)
    s = "" if one.which.startswith("all ") else "s"
    if old == new:
        facets = sorted(one.facets - _NO_FIELDS) or ["destinations"]
        return f"change{s} in {', '.join(facets)}"
    if one.effect is EffectClass.OPENED:
        return f"open{s}: {old} before, {new} now"
    if one.effect is EffectClass.CLOSED:
        return f"close{s}: {old} before, {new} now"
    return f"move{s} from {old} to {new}"


def _ends(old: Decision, new: Decision) -> tuple[str, str]:
    """Name both ends; subsets stand alone where the host is the same in all of them."""
    named = [_host_and_subset(one.name) for side in (old, new) for one in side.clusters]
    alone = len({host for host, _ in named}) == 1 and all(subset for _, subset in named)
    return _end(old, alone=alone), _end(new, alone=alone)


def _end(decision: Decision, *, alone: bool) -> str:
    """Say what becomes of a call in a few words."""
    if decision.error is not None:
        return decision.error.value
    action = decision.action
    if action is not None and action.redirect is not None:
        return f"a redirect to {action.redirect.location}"
    if action is not None and action.direct_response is not None:
        return f"an answer {action.direct_response.status}"
    names = [_short(one.name, alone=alone) for one in decision.clusters]
    if len(names) == 1:
        return names[0]
    shares = _shares(one.weight for one in decision.clusters)
    return ", ".join(map(" ".join, zip(names, shares, strict=True))) or str(decision.verdict)


def _shares(weights: Iterable[int]) -> list[str]:
    listed = list(weights)
    total = sum(listed) or 1
    return [f"{weight * 100 / total:g}%" for weight in listed]


def _short(cluster: str, *, alone: bool) -> str:
    host, subset = _host_and_subset(cluster)
    return subset if alone else " ".join(filter(None, (host, subset)))


def _host_and_subset(cluster: str) -> tuple[str, str]:
    """Take a cluster with Istio's name apart; another name is a host as it is."""
    parts = cluster.split("|")
    return (parts[3], parts[2]) if len(parts) == 4 and parts[3] else (cluster, "")
