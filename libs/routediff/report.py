"""Differences in the form of the command line's contract."""

from typing import Any

from libs.kernel.effectclasses import EffectClass
from libs.routediff.classes import CallClass, Difference, Undecided
from libs.routediff.commands import curl
from libs.routediff.fleet import ClusterDifference, Pair, SeenClass
from libs.routediff.origins import origin_of
from libs.routediff.preview import Preview
from libs.routediff.risks import Risk
from libs.routediff.summary import summary
from libs.routing.call import Call
from libs.routing.decision import decision_json


def preview_json(found: Preview) -> dict[str, Any]:
    """Return what a change does to the calls of a fleet."""
    clusters = [_cluster_json(one, found.pairs[one.clusters[0]]) for one in found.differences]
    return _whole(clusters, [*map(_risk_json, found.risks)])


def dumps_json(found: Difference) -> dict[str, Any]:
    """Return what differs between two config dumps."""
    only = {
        "clusters": [],
        "classes": [_class_json(one) for one in found.classes],
        "undecided": list(map(_undecided_json, found.undecided)),
    }
    return _whole([only], [])


def _whole(clusters: list[dict[str, Any]], risks: list[dict[str, Any]]) -> dict[str, Any]:
    """Put everything together, with the number of classes of each effect, the gravest first."""
    effects = [one["effect"] for each in clusters for one in each["classes"]]
    counts = {effect.value: effects.count(effect) for effect in EffectClass if effect in effects}
    return {"counts": counts, "risks": risks, "clusters": clusters}


def _cluster_json(one: ClusterDifference, pair: Pair) -> dict[str, Any]:
    """Return what differs in some clusters. `pair` is one of them, before and after."""
    return {
        "clusters": list(one.clusters),
        "classes": [_seen_json(each, pair) for each in one.classes],
        "undecided": list(map(_undecided_json, one.undecided)),
    }


def _risk_json(one: Risk) -> dict[str, Any]:
    return {"kind": one.kind.value, "text": one.text, "clusters": list(one.clusters)}


def _seen_json(seen: SeenClass, pair: Pair) -> dict[str, Any]:
    plain = _class_json(seen.found)
    plain["proxies"] = list(seen.proxies)
    found, (before, after) = seen.found, pair.changes
    plain["old"]["origin"] = origin_of(pair.old.world, seen.old, found.old, before)
    plain["new"]["origin"] = origin_of(pair.new.world, seen.new, found.new, after)
    return plain


def _class_json(one: CallClass) -> dict[str, Any]:
    return {
        "effect": one.effect.value,
        "entry": one.entry,
        "host": one.host,
        "hosts": list(one.hosts),
        "which": one.which,
        "summary": summary(one),
        "facets": sorted(one.facets),
        "proven": one.proven,
        "proxies": [],
        "call": _call_json(one.example),
        "command": curl(one.example),
        "old": decision_json(one.old),
        "new": decision_json(one.new),
    }


def _call_json(call: Call) -> dict[str, Any]:
    """Return a call in the form that `periplus route --call` takes."""
    return {
        "mode": call.mode.value,
        "address": call.address,
        "port": call.port,
        "protocol": call.protocol.value,
        "tls": call.tls.value,
        "alpn": list(call.alpn),
        "sni": call.sni,
        "host": call.host,
        "method": call.method,
        "path": call.path,
        "headers": dict(call.headers),
        "source": dict(call.source),
    }


def _undecided_json(one: Undecided) -> dict[str, str]:
    return {"where": one.where, "reason": one.reason}
