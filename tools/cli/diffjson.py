"""Differences in the form of the command line's contract."""

from collections.abc import Iterable, Mapping
from typing import Any

from libs.kernel.effectclasses import EffectClass
from libs.routediff.classes import CallClass, Difference, Undecided
from libs.routediff.commands import curl
from libs.routediff.fleet import ClusterDifference, Pair, SeenClass
from libs.routediff.summary import summary
from libs.routing.call import Call
from libs.routing.decision import decision_json
from tools.cli.routeorigin import origin_of


def cluster_json(one: ClusterDifference, pair: Pair) -> dict[str, Any]:
    """Return what differs in some clusters. `pair` is one of them, before and after."""
    return {
        "clusters": list(one.clusters),
        "classes": [_seen_json(each, pair) for each in one.classes],
        "undecided": list(map(_undecided_json, one.undecided)),
    }


def dumps_json(found: Difference) -> dict[str, Any]:
    """Return what differs between two config dumps."""
    return {
        "clusters": [],
        "classes": [_class_json(one) for one in found.classes],
        "undecided": list(map(_undecided_json, found.undecided)),
    }


def counts_json(clusters: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the classes of each effect, the gravest first."""
    effects = [one["effect"] for each in clusters for one in each["classes"]]
    return {effect.value: effects.count(effect) for effect in EffectClass if effect in effects}


def _seen_json(seen: SeenClass, pair: Pair) -> dict[str, Any]:
    plain = _class_json(seen.found)
    plain["proxies"] = list(seen.proxies)
    plain["old"]["origin"] = origin_of(pair.old.world, seen.old, seen.found.old)
    plain["new"]["origin"] = origin_of(pair.new.world, seen.new, seen.found.new)
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
