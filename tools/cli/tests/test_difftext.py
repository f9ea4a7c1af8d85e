"""Differences for people."""

import re
from html import unescape
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tools.cli.difftext import inert, markdown, text, verdict


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
        "which": "all paths",
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
        "clusters": [{"clusters": [], "classes": [], "undecided": [{"where": "x", "reason": "y"}]}],
    }
    assert verdict(content) == "0 routing changes found; 1 not decided."
    assert "  not decided: x: y" in text(content)


@given(st.text(max_size=40))
def test_nothing_that_users_wrote_acts(words: str) -> None:
    """No character that Markdown, HTML or a forge gives a meaning is left; the text is readable."""
    shown = inert(words)
    assert not re.search(r"[\\`*_{}\[\]<>()+!|~@]", shown)
    assert "://" not in shown
    assert unescape(shown).split() == words.split()


def test_a_hostile_host_breaks_no_table() -> None:
    """Pipes, tags and mentions stay text."""
    lines = markdown(_content(host="a|b<script>@all"))
    row = next(line for line in lines if "script" in line)
    assert row.count("|") == 5
    assert "<script>" not in row
    assert "@all" not in row
