"""Classes of calls as sentences."""

import pytest

from libs.kernel.effectclasses import EffectClass
from libs.routediff.classes import CallClass
from libs.routediff.summary import summary
from libs.routing.call import Call, Mode
from libs.routing.decision import (
    Action,
    ClusterChoice,
    Decision,
    DirectResponse,
    Redirect,
    Verdict,
)
from libs.routing.outcome import Failure

_HOST = "reviews.default.svc.cluster.local"


def _to(*choices: tuple[str, int], action: Action | None = None) -> Decision:
    clusters = tuple(ClusterChoice(f"outbound|9080|{name}|{_HOST}", w) for name, w in choices)
    return Decision(clusters=clusters, action=action, verdict=Verdict.FORWARD)


_V1, _V2, _ALL = _to(("v1", 1)), _to(("v2", 1)), _to(("", 1))
_CANARY = _to(("v1", 90), ("v2", 10))
_GONE = Decision(error=Failure.NO_ROUTE, verdict=Verdict.REFUSE)
_AWAY = _to(action=Action(redirect=Redirect(301, "https://a/")))
_TEAPOT = _to(action=Action(direct_response=DirectResponse(418, "")))


@pytest.mark.parametrize(
    ("old", "new", "effect", "sentence"),
    [
        (_V1, _V2, EffectClass.MOVED, "GET /* moves from v1 to v2"),
        (_V1, _ALL, EffectClass.MOVED, f"GET /* moves from {_HOST} v1 to {_HOST}"),
        (_V1, _CANARY, EffectClass.MOVED, "GET /* moves from v1 to v1 90%, v2 10%"),
        (_V1, _GONE, EffectClass.CLOSED, "GET /* closes: v1 before, NoRoute now"),
        (_GONE, _V1, EffectClass.OPENED, "GET /* opens: NoRoute before, v1 now"),
        (_V1, _AWAY, EffectClass.MOVED, "GET /* moves from v1 to a redirect to https://a/"),
        (_V1, _TEAPOT, EffectClass.CLOSED, "GET /* closes: v1 before, an answer 418 now"),
        (_V1, _V1, EffectClass.RESILIENCE_ONLY, "GET /* changes in timeout"),
    ],
)
def test_a_sentence_names_calls_and_both_ends(
    old: Decision, new: Decision, effect: EffectClass, sentence: str
) -> None:
    """Subsets stand alone where all ends are subsets of one host."""
    assert summary(_class("GET /*", old, new, effect)) == f"{_HOST}:9080: {sentence}"


def test_all_requests_are_many() -> None:
    """The verb follows."""
    found = summary(_class("all requests", _V1, _V2, EffectClass.MOVED))
    assert found.endswith("all requests move from v1 to v2")


def _class(which: str, old: Decision, new: Decision, effect: EffectClass) -> CallClass:
    call = Call(mode=Mode.OUTBOUND, port=9080, host="reviews")
    facets = frozenset({"timeout" if old == new else "destinations"})
    return CallClass("outbound port 9080", (_HOST,), which, call, old, new, facets, effect, True)
