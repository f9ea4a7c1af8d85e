"""Differences as Markdown in which nothing that users wrote acts."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from libs.kernel.messages import Message
from libs.routediff.readable import class_lines, clusters, risks, sentences, verdict

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&]|^-)")
_HARMLESS: Final = re.compile(r"(`[A-Za-z0-9:;=?/., -]+`|(?<=\S)\*(?=\s))")


def markdown(content: Mapping[str, Any]) -> str:
    """Return a whole difference, verdict first."""
    blocks = [f"**{verdict(content)}**", *risk_blocks(content)]
    for one in content["clusters"]:
        blocks += [*summary_blocks(one), *detail_blocks(one)]
    return "\n\n".join(blocks)


def risk_blocks(content: Mapping[str, Any]) -> Iterator[str]:
    """Yield the list of risks, where there are any."""
    found = [f"- **risk** {inert(one)}" for one in risks(content)]
    if found:
        yield "\n".join(found)


def message_blocks(messages: Sequence[Message]) -> Iterator[str]:
    """Yield the list of what checking says of the new side alone, where it says anything."""
    found = [f"- **{one.level}** {inert(str(one))}" for one in messages]
    if found:
        yield "\n".join(found)


def summary_blocks(one: Mapping[str, Any]) -> Iterator[str]:
    """Yield what changes in some clusters, a sentence each."""
    lines = [f"- **{each['effect']}** {inert(sentence)}" for each, sentence in sentences(one)]
    lines += [
        f"- **not decided** {inert(each['where'])}: {inert(each['reason'])}"
        for each in one["undecided"]
    ]
    if lines:
        yield "\n".join([f"### {inert(clusters(one))}", "", *lines])


def detail_blocks(one: Mapping[str, Any], *, folds: bool = True) -> Iterator[str]:
    """Yield examples and places of some clusters, folded away where the forge `folds`."""
    shown = [
        "  \n".join(inert(line.strip()) for line in (each["summary"], *class_lines(each)))
        for each in one["classes"]
    ]
    if not shown:
        return
    title = "examples and places"
    inner = "\n\n".join(shown)
    if folds:
        yield f"<details><summary>{title}</summary>\n\n{inner}\n\n</details>"
    else:
        yield f"#### {title}\n\n{inner}"


def inert(words: str) -> str:
    """Return text that Markdown, HTML and mentions leave alone.

    What stands between backticks and has harmless characters only stays code, and a star at the end
    of a path stays a star: no later one can close what it cannot open.
    """
    pieces = _HARMLESS.split(" ".join(words.split()))
    return "".join(piece if place % 2 else _escaped(piece) for place, piece in enumerate(pieces))


def _escaped(words: str) -> str:
    shown = _SPECIAL.sub(lambda found: f"&#{ord(found.group(1))};", words)
    return shown.replace("://", "&#58;//").replace("www.", "www&#46;")
