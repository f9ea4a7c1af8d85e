"""Differences as Markdown."""

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.routediff.markdown import detail_blocks, inert, markdown, message_blocks
from libs.routediff.tests.contents import content


def test_the_verdict_comes_first_and_then_the_risks() -> None:
    """Then each class as a sentence in which a header's value is code."""
    lines = markdown(content()).splitlines()
    assert lines[0] == "**1 routing change: 1 moved.**"
    assert lines[2].startswith("- **risk** deletion: Gateway a/b")
    sentence = "a.example:80: GET /* with `end-user: jason` closes; all others unchanged"
    assert f"- **moved** {sentence}" in lines


def test_messages_are_said_with_their_place() -> None:
    """The level stands out."""
    place = Origin("rules.yaml", 3, 1)
    one = Message("PER0101", Level.ERROR, MessageClass.OBJECT, place, "write 1 <b>")
    (block,) = message_blocks([one])
    assert block.startswith("- **error** rules.yaml:3:1: error PER0101:")
    assert "<b>" not in block


def test_details_are_folded_where_the_forge_folds() -> None:
    """Elsewhere they stand below a heading."""
    clusters = content()["clusters"][0]
    assert next(detail_blocks(clusters)).startswith("<details>")
    assert "<" not in next(detail_blocks(clusters, folds=False))


@given(st.text(max_size=40) | st.text("`* /ab@<", max_size=12))
def test_nothing_that_users_wrote_acts(words: str) -> None:
    """No character that Markdown, HTML or a forge gives a meaning is left; the text is readable."""
    shown = inert(words)
    bare = re.sub(r"`[A-Za-z0-9:;=?/., -]+`|(?<=\S)\*(?=\s)", "", shown)
    assert not re.search(r"[\\`*_{}\[\]<>()+!|~@]", bare)
    assert "://" not in bare
    assert unescape(shown).split() == words.split()


def test_hostile_names_stay_text() -> None:
    """Tags, mentions and broken code in what users wrote."""
    shown = markdown(content(summary="a`b<script>@all `@me`"))
    assert "<script>" not in shown
    assert "@" not in shown
    assert "`" not in shown
