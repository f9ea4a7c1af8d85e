"""Reports of `periplus check`."""

import json
from pathlib import Path

import pytest

from tools.cli.main import main

SERVICE = """\
apiVersion: v1
kind: Service
metadata: {{name: web{more}}}
spec: {{ports: [{{name: odd, port: 80}}]}}
"""
IGNORED = ", annotations: {periplus.io/ignore: 'IST0118 until 9999-12-31: named next week'}"


def test_what_is_ignored_is_counted_and_listed_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its place, the wish's place, the reason and the last day."""
    file = tmp_path / "service.yaml"
    file.write_text(SERVICE.format(more=IGNORED))
    assert main(["check", str(file)]) == 0
    assert capsys.readouterr().out == "No validation issues found in 1 objects; 1 ignored.\n"
    assert main(["check", str(file), "-o", "json"]) == 0
    content = json.loads(capsys.readouterr().out)
    assert content["messages"] == []
    (one,) = content["suppressed"]
    assert (one["code"], one["file"], one["line"]) == ("IST0118", str(file), 4)
    assert one["ignored"] == {
        "file": str(file),
        "line": 3,
        "reason": "named next week",
        "until": "9999-12-31",
    }


def test_nothing_ignored_is_an_empty_list(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Readers of the JSON find the key in every answer."""
    file = tmp_path / "service.yaml"
    file.write_text(SERVICE.format(more=""))
    main(["check", str(file), "-o", "json"])
    assert json.loads(capsys.readouterr().out)["suppressed"] == []
