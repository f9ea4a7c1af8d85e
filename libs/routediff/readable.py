"""Differences for people, as lines of text."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from libs.routediff.summary import OTHERS_UNCHANGED

NOTHING: Final = "0 routing changes: text only."


def text(content: Mapping[str, Any]) -> list[str]:
    """Return a difference as lines."""
    lines = [verdict(content), *(f"risk: {one}" for one in risks(content))]
    for one in content["clusters"]:
        if one["classes"] or one["undecided"]:
            lines += ["", clusters(one) + ":"]
        for each, sentence in sentences(one):
            lines += [f"  {each['effect']}: {sentence}", *class_lines(each)]
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


def risks(content: Mapping[str, Any]) -> Iterator[str]:
    """Say what is risky, and in which clusters."""
    for one in content["risks"]:
        yield f"{one['kind']}: {one['text']} ({clusters(one)})"


def clusters(one: Mapping[str, Any]) -> str:
    """Name the clusters of a difference or a risk."""
    names = one["clusters"]
    if not names:
        return "between the two dumps"
    return f"cluster{'' if len(names) == 1 else 's'} {', '.join(names)}"


def sentences(one: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], str]]:
    """Return the classes with their sentences. The last says what becomes of all other calls."""
    last = len(one["classes"]) - 1
    for place_, each in enumerate(one["classes"]):
        closing = place_ == last and not one["undecided"]
        yield each, each["summary"] + (f"; {OTHERS_UNCHANGED}" if closing else "")


def class_lines(one: Mapping[str, Any]) -> Iterator[str]:
    """Yield who sees a class, in what it differs, who decided, and a command that shows it."""
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
