"""Differences for people."""

import re
from html import unescape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.routediff.readable import inert, markdown, text, verdict


def _content(**changed: Any) -> dict[str, Any]:
    decision: dict[str, Any] = {
        "error": None,
        "action": {},
        "verdict": "forward",
        "origin": None,
        "clusters": [],
    }
    one = {
        "effect": "moved",
        "entry": "outbound port 80 (80)",
        "host": "a.example",
        "summary": "a.example:80: GET /* with `end-user: jason` closes",
        "facets": [],
        "proxies": ["sidecars of default"],
        "call": {"port": 80, "host": "a.example"},
        "command": "curl http://a.example/",
        "old": {**decision, "clusters": [{"name": "outbound|80|v1|a.example", "weight": 100}]},
        "new": {**decision, "error": "NoRoute"},
    }
    classes = [{**one, **changed}]
    return {
        "counts": {"moved": 1},
        "risks": [{"kind": "deletion", "text": "Gateway a/b (x.yaml:1)", "clusters": ["east"]}],
        "clusters": [{"clusters": ["east"], "classes": classes, "undecided": []}],
    }


def test_the_verdict_comes_first() -> None:
    """In text and in Markdown."""
    assert text(_content())[0] == verdict(_content())
    assert verdict(_content()) in markdown(_content())[0]


def test_what_is_not_decided_is_never_nothing() -> None:
    """A verdict with gaps does not say that only text changed."""
    content = {
        "counts": {},
        "risks": [],
        "clusters": [{"clusters": [], "classes": [], "undecided": [{"where": "x", "reason": "y"}]}],
    }
    assert verdict(content) == "0 routing changes found; 1 not decided."
    assert "  not decided: x: y" in text(content)


def test_one_change_is_a_sentence_that_names_what_stays() -> None:
    """In Markdown a header's value is code and a pattern of paths keeps its star."""
    sentence = "a.example:80: GET /* with `end-user: jason` closes; all others unchanged"
    assert f"  moved: {sentence}" in text(_content())
    assert f"- **moved** {sentence}" in markdown(_content())


def test_risks_stand_before_the_differences() -> None:
    """Each with its clusters."""
    assert text(_content())[1] == "risk: deletion: Gateway a/b (x.yaml:1) (cluster east)"
    assert "- **risk** deletion: Gateway a/b &#40;x.yaml:1&#41;" in "\n".join(markdown(_content()))


@given(st.text(max_size=40) | st.text("`* /ab@<", max_size=12))
def test_nothing_that_users_wrote_acts(words: str) -> None:
    """No character that Markdown, HTML or a forge gives a meaning is left; the text is readable."""
    shown = inert(words)
    bare = re.sub(r"`[A-Za-z0-9:;=?/., -]+`|/\*(?=\s)", "", shown)
    assert not re.search(r"[\\`*_{}\[\]<>()+!|~@]", bare)
    assert "://" not in bare
    assert unescape(shown).split() == words.split()


def test_hostile_names_stay_text() -> None:
    """Tags, mentions and broken code in what users wrote."""
    shown = "\n".join(markdown(_content(summary="a`b<script>@all `@me`")))
    assert "<script>" not in shown
    assert "@" not in shown
    assert "`" not in shown
