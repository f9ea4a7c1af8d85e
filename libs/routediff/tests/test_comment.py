"""The comment under a pull request."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.ids import CommitId
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.routediff.comment import (
    About,
    Found,
    Room,
    comment,
    marker,
    plan_hash,
    state_line,
    title,
)
from libs.routediff.tests.contents import content

_ABOUT = About(CommitId("a" * 40), CommitId("b" * 40), "https://periplus.example/previews/1")
_ROOM = Room(65_000, folds=True)
_HIDDEN = (marker("fleet"), state_line("b:a"))
_ERROR = Message(
    "PER0101", Level.ERROR, MessageClass.OBJECT, Origin("rules.yaml", 3, 1), "write another"
)


def _comment(room: Room = _ROOM, messages: tuple[Message, ...] = (), **changed: Any) -> str:
    return comment(_HIDDEN, Found(content(**changed), messages), _ABOUT, room)


def test_it_begins_with_what_finds_it_again_and_the_verdict() -> None:
    """Then risks, sentences, and in the end what an approval binds to."""
    lines = _comment().splitlines()
    assert lines[:2] == list(_HIDDEN)
    assert lines[3] == "**1 routing change: 1 moved.**"
    plan = plan_hash(_ABOUT, Found(content()))
    assert lines[-1] == (
        f"aaaaaaaaaaaa → bbbbbbbbbbbb, plan `{plan}`, "
        "[everything](https://periplus.example/previews/1)"
    )


def test_errors_come_before_everything_else() -> None:
    """A set that would be refused does not change routes."""
    found = _comment(messages=(_ERROR,))
    assert "**Refused: 1 error. 1 routing change: 1 moved.**" in found
    assert found.index("rules.yaml:3:1") < found.index("deletion")
    assert title(Found(content(), (_ERROR, _ERROR))).startswith("Refused: 2 errors. ")


def test_what_could_not_be_compared_is_not_without_changes() -> None:
    """The reason stands where the number of changes would."""
    found = Found(None, (_ERROR,), "files cannot be read")
    assert title(found) == "Refused: 1 error. Not compared: files cannot be read."
    text = comment(_HIDDEN, found, _ABOUT, _ROOM)
    assert "0 routing changes" not in text
    assert "rules.yaml:3:1" in text


def test_another_difference_is_another_plan() -> None:
    """So is the same difference between other commits."""
    other = About(_ABOUT.base, CommitId("c" * 40))
    hashes = {
        plan_hash(_ABOUT, Found(content())),
        plan_hash(_ABOUT, Found(content(summary="another"))),
        plan_hash(other, Found(content())),
    }
    assert len(hashes) == 3
    assert plan_hash(_ABOUT, Found(content())) in hashes


@given(st.integers(400, 2_000), st.integers(0, 3_000), st.booleans())
def test_no_comment_is_longer_than_there_is_room(chars_max: int, length: int, folds: bool) -> None:  # noqa: FBT001 - drawn
    """What is left out is said, tags stay closed, and the footer is always there."""
    found = _comment(Room(chars_max, folds), summary="x" * length)
    assert len(found) <= chars_max
    assert found.count("<details>") == found.count("</details>")
    assert "plan `" in found
    assert ("More does not fit" in found) or ("x" * length in found and "try: " in found)


@given(st.text(max_size=60))
def test_no_name_ends_a_hidden_line(name: str) -> None:
    """A fleet's name comes from a file of users."""
    assert marker(name).count(")") == 1
    assert len(marker(name).splitlines()) == 1
