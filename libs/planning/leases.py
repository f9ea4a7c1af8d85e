"""Who owns a cluster: a Lease in that cluster, and how one that is no longer renewed is taken over.

Wall clocks differ, so nobody believes the times in a Lease: it has run out when its version has not
changed for its whole duration on our own monotonic clock, and it is ours until some time before
anybody else can think so. Whoever is stopped in between may wake up later, and finds it over.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Create, LiveObject, Replace

KEY = ObjectKey("coordination.k8s.io", "Lease", "kube-system", "periplus-reconciler")
DURATION_S = 10
MARGIN_S = 2.0
"""An owner's writes are answered or given up so long before others may take over."""
RENEW_S = 2.0
"""How often the Lease is looked at, by its owner and by those who wait."""
LOOK_S_MIN = 0.1
DURATION_S_MAX = 60
"""A Lease that claims more is not believed longer."""


@dataclass(frozen=True, slots=True)
class Now:
    """One moment, in seconds: of the monotonic clock for decisions, of the wall for readers."""

    monotonic_s: float
    wall_s: float


@dataclass(frozen=True, slots=True)
class Sighting:
    """A version of the Lease, and the monotonic time at which it was first seen."""

    resource_version: str
    since_s: float


@dataclass(frozen=True, slots=True)
class Take:
    """Write this to own the cluster, or to go on owning it."""

    write: Create | Replace


@dataclass(frozen=True, slots=True)
class Wait:
    """Somebody else owns the cluster; look again after `retry_after_s` seconds."""

    holder: str
    retry_after_s: float


def sighting(live: LiveObject | None, former: Sighting | None, now: Now) -> Sighting | None:
    """Return since when the Lease has been as it is."""
    if live is None:
        return None
    if former is not None and former.resource_version == live.resource_version:
        return former
    return Sighting(live.resource_version, now.monotonic_s)


def decide(live: LiveObject | None, seen: Sighting | None, me: str, now: Now) -> Take | Wait:
    """Say what to do about the Lease as it was just read."""
    if live is None:
        return Take(Create(_body(_spec({}, me, now), {})))
    spec = live.body.get("spec") or {}
    holder = str(spec.get("holderIdentity") or "")
    if holder in {"", me} or _has_run_out(spec, seen, now):
        return Take(Replace(_body(_spec(spec, me, now), live.metadata)))
    return Wait(holder, _patience_s(spec, seen, now))


def held_until_s(asked_s: float) -> float:
    """Return until when the cluster is ours by a Lease that was written by a request of then."""
    return asked_s + DURATION_S - MARGIN_S


def released(live: LiveObject, now: Now) -> Replace:
    """Return the write with which an owner that ends in order lets others in at once."""
    spec = {**_spec(live.body.get("spec") or {}, "", now), "leaseDurationSeconds": 1}
    return Replace(_body(spec, live.metadata))


def _has_run_out(spec: Mapping[str, Any], seen: Sighting | None, now: Now) -> bool:
    return seen is not None and now.monotonic_s - seen.since_s >= _duration_s(spec)


def _patience_s(spec: Mapping[str, Any], seen: Sighting | None, now: Now) -> float:
    """Return when to look again: at once when the Lease has run out, if nobody renews it."""
    since_s = seen.since_s if seen else now.monotonic_s
    left_s = since_s + _duration_s(spec) - now.monotonic_s
    return max(LOOK_S_MIN, min(RENEW_S, left_s))


def _duration_s(spec: Mapping[str, Any]) -> int:
    claimed = spec.get("leaseDurationSeconds")
    return min(claimed if isinstance(claimed, int) else DURATION_S, DURATION_S_MAX)


def _spec(former: Mapping[str, Any], holder: str, now: Now) -> dict[str, Any]:
    time = datetime.fromtimestamp(now.wall_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    is_same = former.get("holderIdentity") == holder
    transitions = former.get("leaseTransitions")
    counted = transitions if isinstance(transitions, int) else 0
    return {
        "holderIdentity": holder,
        "leaseDurationSeconds": DURATION_S,
        "acquireTime": former.get("acquireTime", time) if is_same else time,
        "renewTime": time,
        "leaseTransitions": counted if is_same or not former else counted + 1,
    }


def _body(spec: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: metadata[name] for name in ("uid", "resourceVersion") if name in metadata}
    return {
        "apiVersion": "coordination.k8s.io/v1",
        "kind": "Lease",
        "metadata": {"name": KEY.name, "namespace": KEY.namespace, **kept},
        "spec": spec,
    }
