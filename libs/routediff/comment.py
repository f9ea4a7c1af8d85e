"""The one comment under a pull request: verdict first, then what fits, and where the rest is."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from libs.kernel.ids import CommitId, PlanHash
from libs.kernel.messages import Message, errors
from libs.routediff.markdown import (
    detail_blocks,
    inert,
    message_blocks,
    risk_blocks,
    summary_blocks,
)
from libs.routediff.readable import verdict

_SHORT: Final = 12
_CUT: Final = "*More does not fit here.*"


@dataclass(frozen=True, slots=True)
class About:
    """What a comment is about. `page` is where everything stands; empty where there is none."""

    base: CommitId
    head: CommitId
    page: str = ""


@dataclass(frozen=True, slots=True)
class Room:
    """What a forge takes: the length of a comment in characters, and whether parts may fold."""

    chars_max: int
    folds: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a change: a difference in the form of the contract, and messages.

    Without a difference, `reason` says why there is none.
    """

    content: Mapping[str, Any] | None
    messages: tuple[Message, ...] = ()
    reason: str = ""


def marker(fleet: str) -> str:
    """Return the hidden line by which the comment about a fleet is found again."""
    return f"[//]: # (periplus preview {_word(fleet)})"


def state_line(key: str) -> str:
    """Return the hidden line that says which state a comment is about."""
    return f"[//]: # (periplus state {_word(key)})"


def plan_hash(about: About, found: Found) -> PlanHash:
    """Return what an approval binds to: another one for other commits or another difference."""
    messages = list(map(str, found.messages))
    plain = json.dumps([about.base, about.head, found.content, messages], sort_keys=True)
    return PlanHash(hashlib.sha256(plain.encode()).hexdigest())


def title(found: Found) -> str:
    """Return the verdict as one line of plain text: refused, not compared, or what changes."""
    wrong = len(errors(found.messages))
    refused = f"Refused: {wrong} error{'' if wrong == 1 else 's'}. " if wrong else ""
    if found.content is None:
        return f"{refused}Not compared: {found.reason}."
    return refused + verdict(found.content)


def comment(hidden: Sequence[str], found: Found, about: About, room: Room) -> str:
    """Write a comment that is not longer than there is room. `hidden` lines come first.

    What does not fit is left out from the end by whole lines, and that is said.
    """
    head = ["\n".join(hidden), f"**{inert(title(found))}**"]
    foot = [f"---\n{_footer(about, plan_hash(about, found))}"]
    rest = room.chars_max - sum(len(one) + 2 for one in (*head, _CUT, *foot))
    body: list[str] = []
    for block in _blocks(found, room):
        if len(block) + 2 > rest:
            body += [*filter(None, [_beginning(block, rest - 2)]), _CUT]
            break
        body.append(block)
        rest -= len(block) + 2
    return "\n\n".join([*head, *body, *foot])


def _blocks(found: Found, room: Room) -> Iterator[str]:
    """Yield the blocks of a comment, the most important first."""
    yield from message_blocks(found.messages)
    if found.content is None:
        return
    yield from risk_blocks(found.content)
    for one in found.content["clusters"]:
        yield from summary_blocks(one)
    for one in found.content["clusters"]:
        yield from detail_blocks(one, folds=room.folds)


def _beginning(block: str, chars: int) -> str:
    """Return the first lines of a block that fit; nothing of one that is folded away as a whole."""
    if block.startswith("<") or len(block) <= chars:
        return ""
    found, _, _ = block[: max(chars, 0)].rpartition("\n")
    return found


def _footer(about: About, plan: PlanHash) -> str:
    words = f"{about.base[:_SHORT]} → {about.head[:_SHORT]}, plan `{plan}`"
    return f"{words}, [everything]({about.page})" if about.page else words


def _word(text: str) -> str:
    """Keep what cannot end a hidden line."""
    return "".join(letter if letter.isalnum() or letter in "-_.:/" else "-" for letter in text)
