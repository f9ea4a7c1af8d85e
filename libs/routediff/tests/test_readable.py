"""Differences as lines of text."""

from typing import Any

from libs.routediff.readable import text, verdict
from libs.routediff.tests.contents import content


def test_the_verdict_comes_first_and_then_the_risks() -> None:
    """Each risk with its clusters."""
    lines = text(content())
    assert lines[0] == verdict(content()) == "1 routing change: 1 moved."
    assert lines[1] == "risk: deletion: Gateway a/b (x.yaml:1) (cluster east)"


def test_one_change_is_a_sentence_that_names_what_stays() -> None:
    """The last class of clusters without gaps says so."""
    sentence = "a.example:80: GET /* with `end-user: jason` closes; all others unchanged"
    assert f"  moved: {sentence}" in text(content())


def test_what_is_not_decided_is_never_nothing() -> None:
    """A verdict with gaps does not say that only text changed."""
    found: dict[str, Any] = {
        "counts": {},
        "risks": [],
        "clusters": [{"clusters": [], "classes": [], "undecided": [{"where": "x", "reason": "y"}]}],
    }
    assert verdict(found) == "0 routing changes found; 1 not decided."
    assert "  not decided: x: y" in text(found)
