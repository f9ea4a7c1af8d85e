"""Differences for people: lines of text, and Markdown in which nothing that users wrote acts."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NOTHING = "0 routing changes: text only."
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>()#+!|~@&-])")


def text(content: Mapping[str, Any]) -> list[str]:
    """Return a difference as lines."""
    lines = [verdict(content)]
    for one in content["clusters"]:
        if one["classes"] or one["undecided"]:
            lines += ["", _clusters(one) + ":"]
        for each in one["classes"]:
            lines += _class_lines(each)
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


def _clusters(one: Mapping[str, Any]) -> str:
    names = one["clusters"]
    if not names:
        return "between the two dumps"
    return f"cluster{'' if len(names) == 1 else 's'} {', '.join(names)}"


def sentence(one: Mapping[str, Any]) -> str:
    """Say which calls go from where to where."""
    call, port = one["call"], f"port {one['call']['port']}"
    calls = f"{one['host'] or port} {one['which']}"
    shown = call["host"] and one["host"] and f"{one['host']}:{call['port']}, {one['which']}"
    return f"{shown or calls}: {_end(one['old'])} -> {_end(one['new'])}"


def _class_lines(one: Mapping[str, Any]) -> Iterator[str]:
    yield f"  {one['effect']}: {sentence(one)}"
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


def _end(decision: Mapping[str, Any]) -> str:
    """Say what becomes of a call in a few words."""
    if decision["error"] is not None:
        return str(decision["error"])
    action = decision["action"] or {}
    if action.get("redirect"):
        return f"redirect to {action['redirect']['location']}"
    if action.get("direct_response"):
        return f"answer {action['direct_response']['status']}"
    clusters = decision["clusters"]
    if len(clusters) == 1:
        return short(clusters[0]["name"])
    total = sum(one["weight"] for one in clusters) or 1
    shares = (f"{short(one['name'])} {one['weight'] * 100 / total:g}%" for one in clusters)
    return ", ".join(shares) or str(decision["verdict"])


def short(cluster: str) -> str:
    """Return host and subset of a cluster with Istio's name; another name as it is."""
    parts = cluster.split("|")
    if len(parts) != 4 or not parts[3]:
        return cluster
    return f"{parts[3]} {parts[2]}" if parts[2] else parts[3]


def markdown(content: Mapping[str, Any]) -> list[str]:
    """Return a difference as Markdown, verdict first."""
    lines = [f"**{verdict(content)}**"]
    for one in content["clusters"]:
        if not (one["classes"] or one["undecided"]):
            continue
        lines += ["", f"### {inert(_clusters(one))}", ""]
        if one["classes"]:
            lines += ["| effect | calls | before | after |", "| --- | --- | --- | --- |"]
        lines += [_row(each) for each in one["classes"]]
        lines += ["", "<details><summary>examples and places</summary>", ""]
        for each in one["classes"]:
            lines += [inert(line.strip()) + "  " for line in _class_lines(each)] + [""]
        lines += [
            f"- not decided: {inert(each['where'])}: {inert(each['reason'])}"
            for each in one["undecided"]
        ]
        lines += ["</details>"]
    return lines


def _row(one: Mapping[str, Any]) -> str:
    where = f"{one['host']}:{one['call']['port']}" if one["host"] else one["entry"]
    cells = (one["effect"], f"{where}, {one['which']}", _end(one["old"]), _end(one["new"]))
    return f"| {' | '.join(map(inert, cells))} |"


def inert(words: str) -> str:
    """Return text that Markdown, HTML and mentions leave alone."""
    shown = _SPECIAL.sub(lambda found: f"&#{ord(found.group(1))};", " ".join(words.split()))
    return shown.replace("://", "&#58;//").replace("www.", "www&#46;")
