"""Says whether an answer is what the current step, or the one before it, allows. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import orjson

from tools.demo.bookinfo import STARS, Reply, calls_of
from tools.demo.http1 import Response


class Visitor(StrEnum):
    """Who asks."""

    PLAIN = "plain"
    JASON = "jason"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Versions of `reviews` that a visitor may meet. None at all: the fleet is not open yet."""

    reviews: Mapping[Visitor, frozenset[str]]

    def allowed(self, visitor: Visitor) -> frozenset[str]:
        """Return the versions that a visitor may meet."""
        return self.reviews.get(visitor, frozenset())

    @property
    def is_open(self) -> bool:
        """Say whether anybody may meet anything."""
        return any(self.reviews.values())


CLOSED = Expectation({})
"""Before the gateway is configured."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one answer shows. `fault` is a sentence, None for a good answer."""

    version: str
    fault: str | None


def judge(response: Response, cluster: str, allowed: frozenset[str]) -> Verdict:
    """Judge an answer to `/productpage` that came in at a cluster's gateway."""
    if response.status != 200:
        return Verdict("", f"status {response.status}: {_short(response.body)}")
    try:
        reply: object = orjson.loads(response.body)
    except orjson.JSONDecodeError:
        return Verdict("", f"no JSON: {_short(response.body)}")
    if not isinstance(reply, dict):
        return Verdict("", f"no page: {_short(response.body)}")
    fault = _fault(reply, "productpage", cluster)
    if fault is not None:
        return Verdict("", fault)
    version = str(next(call["version"] for call in reply["calls"] if call["app"] == "reviews"))
    if version not in allowed:
        return Verdict(version, f"met reviews {version}, allowed {', '.join(sorted(allowed))}")
    return Verdict(version, None)


def _fault(reply: Reply, app: str, cluster: str) -> str | None:
    """Find the first thing that is wrong in an answer or in the answers below it."""
    if "error" in reply:
        return f"{app}: {reply['error']}"
    if reply.get("app") != app:
        return f"{app} was called and {reply.get('app')} answered"
    if reply.get("cluster") != cluster:
        return f"{app} answered from {reply.get('cluster')} instead of {cluster}"
    version, calls = str(reply.get("version")), reply.get("calls", [])
    if app == "reviews" and reply.get("stars") != STARS.get(version, "unknown"):
        return f"reviews {version} shows stars {reply.get('stars')}"
    wanted = calls_of(app, version)
    if len(calls) != len(wanted):
        return f"{app} made {len(calls)} calls instead of {len(wanted)}"
    faults = (_fault(call, name, cluster) for call, name in zip(calls, wanted, strict=True))
    return next((fault for fault in faults if fault is not None), None)


def _short(body: bytes) -> str:
    """Return the beginning of a body for a message."""
    return body[:120].decode(errors="replace").strip()
