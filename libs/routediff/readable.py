"""Differences for people: lines of text, and Markdown in which nothing that users wrote acts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from libs.routediff.summary import OTHERS_UNCHANGED

NOTHING = "0 routing changes: text only."
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&]|^-)")
_HARMLESS = re.compile(r"(`[A-Za-z0-9:;=?/., -]+`|(?<=/)\*(?=\s))")


def text(content: Mapping[str, Any]) -> list[str]:
    """Return a difference as lines."""
    lines = [verdict(content), *(f"risk: {one}" for one in _risks(content))]
    for one in content["clusters"]:
        if one["classes"] or one["undecided"]:
            lines += ["", _clusters(one) + ":"]
        for each, sentence in _sentences(one):
            lines += [f"  {each['effect']}: {sentence}", *_class_lines(each)]
        lines += [f"  not decided: {each['where']}: {each['reason']}" for each in one["undecided"]]
    return lines


def verdict(content: Mapping[str, Any]) -> str:
    """Return the first line: how many changes of which effect."""
    counts = content["counts"]
    open_ = sum(len(one["undecided"]) for one in content["clusters"])
    more = f"; {open_} not decided" if open_ else ""
    total = sum(counts.values())
    if not total:
        return NOTHING if not open_ else f"0 routing changes found{more}."
    listed = ", ".join(f"{count} {effect}" for effect, count in counts.items())
    return f"{total} routing change{'' if total == 1 else 's'}: {listed}{more}."


def _risks(content: Mapping[str, Any]) -> Iterator[str]:
    """Say what is risky, and in which clusters."""
    for one in content["risks"]:
        yield f"{one['kind']}: {one['text']} ({_clusters(one)})"


def _clusters(one: Mapping[str, Any]) -> str:
    names = one["clusters"]
    if not names:
        return "between the two dumps"
    return f"cluster{'' if len(names) == 1 else 's'} {', '.join(names)}"


def _sentences(one: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Return the classes with their sentences. The last says what becomes of all other calls."""
    last = len(one["classes"]) - 1
    for place_, each in enumerate(one["classes"]):
        closing = place_ == last and not one["undecided"]
        yield each, each["summary"] + (f"; {OTHERS_UNCHANGED}" if closing else "")


def _class_lines(one: Mapping[str, Any]) -> Iterator[str]:
    if one["proxies"]:
        yield f"    seen by {', '.join(one['proxies'])}"
    facets = [facet for facet in one["facets"] if facet not in ("destinations", "kind")]
    if facets:
        yield f"    differs in {', '.join(facets)}"
    for side in ("old", "new"):
        if one[side].get("origin"):
            yield f"    {side}: {place(one[side]['origin'])}"
    yield f"    try: {one['command']}"


def place(origin: Mapping[str, Any]) -> str:
    """Name the object that decided, and where it is written."""
    name = f"{origin['kind']} {origin['namespace']}/{origin['name']}"
    return f"{origin['file']}:{origin['line']} {name}"


def markdown(content: Mapping[str, Any]) -> list[str]:
    """Return a difference as Markdown, verdict first."""
    lines = [f"**{verdict(content)}**"]
    risks = [f"- **risk** {inert(one)}" for one in _risks(content)]
    lines += ["", *risks] if risks else []
    for one in content["clusters"]:
        if not (one["classes"] or one["undecided"]):
            continue
        lines += ["", f"### {inert(_clusters(one))}", ""]
        for each, sentence in _sentences(one):
            lines.append(f"- **{each['effect']}** {inert(sentence)}")
        lines += ["", "<details><summary>examples and places</summary>", ""]
        for each in one["classes"]:
            shown = [each["summary"], *_class_lines(each)]
            lines += [inert(line.strip()) + "  " for line in shown] + [""]
        lines += [
            f"- not decided: {inert(each['where'])}: {inert(each['reason'])}"
            for each in one["undecided"]
        ]
        lines += ["</details>"]
    return lines


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
