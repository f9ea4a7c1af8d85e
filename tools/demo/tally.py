"""Counts what the load sees, step by step. Pure: times are parameters, in seconds.

A step allows what it and the step before it allow. Once it is said to be live everywhere, requests
that begin a moment later may only meet what the step itself allows: live has to mean live.
"""

from collections import Counter
from dataclasses import dataclass, field

from tools.demo.http1 import Response
from tools.demo.judge import CLOSED, Expectation, Visitor, judge

SETTLED_AFTER_S = 0.5
"""How long after the last ACK a starved worker of an Envoy may still use what it had."""
FAULTS_KEPT_MAX = 20


@dataclass(frozen=True, slots=True)
class Sent:
    """One request on its way. `allowed` are the versions that were allowed when it began."""

    cluster: str
    visitor: Visitor
    allowed: frozenset[str]


@dataclass(slots=True)
class Counts:
    """What happened during one step.

    `seen_at_s` is the time of the first answer that only this step can give. Where a step only
    takes versions away there is none: then of the first answer after the last of such a version.
    """

    requests: int = 0
    failed: int = 0
    versions: Counter[tuple[Visitor, str]] = field(default_factory=Counter)
    seen_at_s: float | None = None


@dataclass(slots=True)
class Tally:
    """Judges answers against the running step."""

    previous: Expectation = CLOSED
    current: Expectation = CLOSED
    settled_at_s: float | None = None
    open_clusters: set[str] = field(default_factory=set)
    counts: Counts = field(default_factory=Counts)
    requests: int = 0
    failed: int = 0
    faults: list[str] = field(default_factory=list)

    def begin(self, expectation: Expectation) -> None:
        """Begin a step; its changes may show from now on."""
        self.previous, self.current = self.current, expectation
        self.settled_at_s = None
        self.counts = Counts()

    def settle(self, now_s: float) -> None:
        """The step is live everywhere; what only the step before it allowed is over."""
        self.settled_at_s = now_s + SETTLED_AFTER_S

    @property
    def is_observable(self) -> bool:
        """Say whether some single answer can show that the step has happened."""
        return any(self._news(visitor) for visitor in Visitor)

    def sent(self, cluster: str, visitor: Visitor, now_s: float) -> Sent:
        """Note that a request begins."""
        return Sent(cluster, visitor, self._allowed(visitor, now_s))

    def answered(self, sent: Sent, response: Response, now_s: float) -> None:
        """Judge an answer. What is allowed now counts too, as a step may begin under way."""
        self.open_clusters.add(sent.cluster)
        allowed = sent.allowed | self._allowed(sent.visitor, now_s)
        verdict = judge(response, sent.cluster, allowed)
        self._count(sent, verdict.fault)
        if verdict.fault is None:
            self.counts.versions[sent.visitor, verdict.version] += 1
            self._see(sent.visitor, verdict.version, now_s)

    def broken(self, sent: Sent, reason: str, *, refused: bool) -> None:
        """Note a request that got no answer.

        While the fleet is not open, a refused connection is what has to happen and counts nothing.
        """
        if refused and not self.previous.is_open and sent.cluster not in self.open_clusters:
            return
        self._count(sent, reason)

    def _see(self, visitor: Visitor, version: str, now_s: float) -> None:
        """Note when the step was seen first."""
        if not self.is_observable and version in self._gone(visitor):
            self.counts.seen_at_s = None
        elif self.counts.seen_at_s is None:
            shows = self._news(visitor) if self.is_observable else self._kept(visitor)
            self.counts.seen_at_s = now_s if version in shows else None

    def _allowed(self, visitor: Visitor, now_s: float) -> frozenset[str]:
        allowed = self.current.allowed(visitor)
        if self.settled_at_s is not None and now_s >= self.settled_at_s:
            return allowed
        return allowed | self.previous.allowed(visitor)

    def _news(self, visitor: Visitor) -> frozenset[str]:
        return self.current.allowed(visitor) - self.previous.allowed(visitor)

    def _gone(self, visitor: Visitor) -> frozenset[str]:
        return self.previous.allowed(visitor) - self.current.allowed(visitor)

    def _kept(self, visitor: Visitor) -> frozenset[str]:
        """Return what a visitor still meets of whom something is taken away."""
        return self.current.allowed(visitor) if self._gone(visitor) else frozenset()

    def _count(self, sent: Sent, fault: str | None) -> None:
        self.requests += 1
        self.counts.requests += 1
        if fault is None:
            return
        self.failed += 1
        self.counts.failed += 1
        if len(self.faults) < FAULTS_KEPT_MAX:
            self.faults.append(f"{sent.cluster}, {sent.visitor}: {fault}")
