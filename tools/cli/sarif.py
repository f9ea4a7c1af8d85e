"""Findings as SARIF 2.1.0, which code hosts show beside the lines that they are about."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from libs.kernel.messages import Level, Message
from libs.lint.suppression import Silenced
from tools.cli.checkreport import Report

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
VERSION = "2.1.0"
_LEVELS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "note"}


def sarif(report: Report, tool_version: str) -> dict[str, Any]:
    """Return a report as one log with one run. What is ignored is there and says so."""
    everything = (*report.messages, *(one.message for one in report.silenced))
    rules = {code: number for number, code in enumerate(sorted({one.code for one in everything}))}
    results = [_result(one, rules) for one in report.messages]
    results += [
        _result(one.message, rules) | {"suppressions": [_suppression(one)]}
        for one in report.silenced
    ]
    driver = {
        "name": "periplus",
        "version": tool_version,
        "rules": [{"id": code} for code in rules],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return {"$schema": SCHEMA, "version": VERSION, "runs": [run]}


def _result(message: Message, rules: Mapping[str, int]) -> dict[str, Any]:
    origin = message.origin
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(origin.file)},
            "region": {"startLine": origin.line, "startColumn": origin.column},
        }
    }
    if message.object is not None:
        location["logicalLocations"] = [{"fullyQualifiedName": str(message.object)}]
    return {
        "ruleId": message.code,
        "ruleIndex": rules[message.code],
        "level": _LEVELS[message.level],
        "message": {"text": message.text},
        "locations": [location],
        "properties": {"class": message.message_class.value},
    }


def _suppression(one: Silenced) -> dict[str, Any]:
    """Say where the wish stands: with the object itself, or in the Fleet."""
    wish = one.by
    until = f" (until {wish.until.isoformat()})" if wish.until is not None else ""
    found: dict[str, Any] = {
        "kind": "inSource" if wish.about is not None else "external",
        "status": "accepted",
    }
    if wish.reason:
        found["justification"] = f"{wish.reason}{until}"
    return found
