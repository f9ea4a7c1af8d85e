"""SARIF logs, held to what the 2.1.0 specification demands of the parts that are used.

The demands are written down here from the specification's text (sections 3.13 to 3.35): no package
of the registries in use carries the schema itself.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from libs.kernel.messages import Level
from tools.cli.main import main
from tools.cli.sarif import sarif
from tools.cli.tests.reports import message, report, silenced

_OPTIONAL: Mapping[str, Mapping[str, type]] = {
    "log": {"$schema": str},
    "run": {"columnKind": str, "results": list},
    "driver": {"version": str, "rules": list},
    "result": {
        "ruleId": str,
        "ruleIndex": int,
        "level": str,
        "locations": list,
        "properties": dict,
        "suppressions": list,
    },
    "location": {"physicalLocation": dict, "logicalLocations": list},
    "suppression": {"status": str, "justification": str},
}
_REQUIRED: Mapping[str, Mapping[str, type]] = {
    "log": {"version": str, "runs": list},
    "run": {"tool": dict},
    "driver": {"name": str},
    "result": {"message": dict},
    "location": {},
    "suppression": {"kind": str},
}
_URI_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/%")


def fits(kind: str, value: Mapping[str, Any]) -> None:
    """Hold an object to its properties: those that must be there, and no unknown ones."""
    required, optional = _REQUIRED[kind], _OPTIONAL[kind]
    assert required.keys() <= value.keys() <= required.keys() | optional.keys()
    for name, one in value.items():
        assert isinstance(one, {**required, **optional}[name]), name


def valid(log: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Hold a log to the specification and return its results."""
    fits("log", log)
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    fits("run", run)
    assert run["columnKind"] in ("utf16CodeUnits", "unicodeCodePoints")
    assert run["tool"].keys() == {"driver"}
    driver = run["tool"]["driver"]
    fits("driver", driver)
    codes = [rule["id"] for rule in driver["rules"]]
    assert len(set(codes)) == len(codes)
    for result in run["results"]:
        fits("result", result)
        assert codes[result["ruleIndex"]] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        assert result["message"].keys() == {"text"}
        for location in result["locations"]:
            place(location)
        for each in result.get("suppressions", ()):
            fits("suppression", each)
            assert each["kind"] in ("inSource", "external")
            assert each.get("status", "accepted") in ("accepted", "underReview", "rejected")
    found: list[Mapping[str, Any]] = run["results"]
    return found


def place(location: Mapping[str, Any]) -> None:
    """Hold a location to the specification: a relative URI, and lines and columns from 1."""
    fits("location", location)
    physical = location["physicalLocation"]
    assert physical.keys() == {"artifactLocation", "region"}
    assert physical["artifactLocation"].keys() == {"uri"}
    assert set(physical["artifactLocation"]["uri"]) <= _URI_CHARACTERS
    assert physical["region"].keys() == {"startLine", "startColumn"}
    assert all(isinstance(one, int) and one >= 1 for one in physical["region"].values())
    for each in location.get("logicalLocations", ()):
        assert each.keys() == {"fullyQualifiedName"}


@pytest.mark.parametrize(
    ("level", "word"), [(Level.ERROR, "error"), (Level.WARNING, "warning"), (Level.INFO, "note")]
)
def test_a_message_is_a_result_of_its_rule(level: Level, word: str) -> None:
    """With level, place and object."""
    (result,) = valid(sarif(report(message(level=level)), "1.0"))
    assert (result["ruleId"], result["level"]) == ("IST0101", word)
    (location,) = result["locations"]
    assert location["physicalLocation"]["region"] == {"startLine": 3, "startColumn": 5}
    assert location["logicalLocations"] == [{"fullyQualifiedName": "VirtualService shop/web"}]


@pytest.mark.parametrize("name", ["a b.yaml", "ä.yaml", "a#b?.yaml", "a%20b.yaml", "a\nb.yaml"])
def test_a_file_is_a_uri_whatever_its_name(name: str) -> None:
    """Nothing in a name ends the path or means something else."""
    valid(sarif(report(message(file=name)), "1.0"))


def test_what_is_ignored_is_a_suppressed_result() -> None:
    """Where the wish stands with its object it is in the source, else outside of it."""
    some = (silenced(), silenced(in_fleet=True), silenced(reason=""))
    results = valid(sarif(report(silenced=some), "1.0"))
    assert [one["suppressions"] for one in results] == [
        [{"kind": "inSource", "status": "accepted", "justification": "soon (until 2030-12-31)"}],
        [{"kind": "external", "status": "accepted", "justification": "soon (until 2030-12-31)"}],
        [{"kind": "inSource", "status": "accepted"}],
    ]


def test_the_command_writes_logs_with_and_without_results(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit status is that of the text form."""
    file = tmp_path / "a.yaml"
    file.write_text("apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {port: []}\n")
    assert main(["check", str(file), "-o", "sarif"]) == 1
    assert valid(json.loads(capsys.readouterr().out))
    file.write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n"
        "spec: {ports: [{name: http, port: 80}]}\n"
    )
    assert main(["check", str(file), "-o", "sarif"]) == 0
    assert valid(json.loads(capsys.readouterr().out)) == []
