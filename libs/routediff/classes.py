"""What a difference consists of: classes of calls, each with an example and both decisions."""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.kernel.effectclasses import EffectClass
from libs.routing.call import Call
from libs.routing.decision import Decision
from libs.routing.hosts import without_port

_RESILIENCE = frozenset({"timeout", "retries", "upstream", "max_stream_duration", "idle_timeout"})
_SECURITY_WORDS = ("authorization", "rbac", "jwt", "ext_authz", "tls", "cors")


@dataclass(frozen=True, slots=True)
class CallClass:
    """Calls that come to another end in one way.

    `entry` names the way in, `hosts` the hosts (none for connections without requests), and `which`
    the requests, in words; `example` is one of the calls,
    with the decision of each side about it. `facets` are what differs. `proven` says that the
    decisions about the example show a difference.
    """

    entry: str
    hosts: tuple[str, ...]
    which: str
    example: Call
    old: Decision
    new: Decision
    facets: frozenset[str]
    effect: EffectClass
    proven: bool

    @property
    def host(self) -> str:
        """The most complete of the hosts, without a port; the others are other words for it."""
        names = (one for one in self.hosts if without_port(one) == one)
        return max(names, key=lambda one: (one.count("."), one), default="")


@dataclass(frozen=True, slots=True)
class Undecided:
    """A part of the comparison without an answer, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class Difference:
    """All classes in which two views differ, and what could not be decided."""

    classes: tuple[CallClass, ...]
    undecided: tuple[Undecided, ...]

    @property
    def counts(self) -> Mapping[EffectClass, int]:
        """The number of classes of each effect that occurs, the gravest first."""
        found = dict.fromkeys(EffectClass, 0)
        for one in self.classes:
            found[one.effect] += 1
        return {effect: count for effect, count in found.items() if count}


def effect_of(facets: frozenset[str], *, answered: bool, answers: bool) -> EffectClass:
    """Return the gravest effect of a difference in these facets.

    `answered` and `answers` say whether a call got, and gets, an answer that is no refusal.
    """
    if any(word in facet for facet in facets for word in _SECURITY_WORDS):
        return EffectClass.SECURITY
    if answered != answers:
        return EffectClass.OPENED if answers else EffectClass.CLOSED
    if facets <= _RESILIENCE:
        return EffectClass.RESILIENCE_ONLY
    if facets <= {*_RESILIENCE, "weights"}:
        return EffectClass.WEIGHTS
    return EffectClass.MOVED
