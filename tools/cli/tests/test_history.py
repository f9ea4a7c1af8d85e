"""`periplus explain`, `blame` and `bisect` on the command line, over a real repository."""

import json
import subprocess
from pathlib import Path

import pytest

from tools.cli.main import main

_OBJECTS = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 80}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: one}
spec: {address: 10.0.0.1, labels: {app: reviews}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, annotations: {note: "%d"}}
spec: {hosts: [reviews], http: [%s{route: [{destination: {host: reviews}}]}]}
"""
_TEAPOT = "{match: [{uri: {prefix: /tea}}], directResponse: {status: 418}}, "
_PROXY = '{"type":"sidecar","namespace":"default","ip":"10.0.0.9"}'
_ASKED = ["--proxy", _PROXY, "GET", "http://reviews/tea"]
_COMMITS = 12
_CHANGED_AT, _BROKEN_AT = 7, 9


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commits of which one changes an answer, one cannot be read, and the others change text."""
    root = tmp_path_factory.mktemp("repository")
    _git(root, "init", "-q")
    for number in range(_COMMITS):
        text = _OBJECTS % (number, _TEAPOT if number >= _CHANGED_AT else "")
        (root / "mesh.yaml").write_text("[" if number == _BROKEN_AT else text, encoding="utf-8")
        _git(root, "add", ".")
        _git(root, "commit", "-q", "-m", f"number {number}")
    return root


def _git(root: Path, *words: str) -> None:
    identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.com"]
    subprocess.run(["git", *identity, *words], cwd=root, check=True)


def test_the_way_of_a_call_is_said_with_file_and_line(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From the listener to what becomes of it."""
    assert main(["explain", f"{repository}@HEAD", *_ASKED]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "listener: 0.0.0.0_80"
    assert "    mesh.yaml:11 VirtualService default/reviews" in lines
    assert lines[-1] == "respond: 418"


def test_halving_finds_the_commit_that_changed_an_answer(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Past a commit that cannot be read, in fewer compiles than commits."""
    ends = [f"{repository}@HEAD~{_COMMITS - 1}", f"{repository}@HEAD"]
    assert main(["bisect", *ends, *_ASKED, "-o", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    assert found["commit"]["subject"] == f"number {_CHANGED_AT}"
    assert found["before"]["verdict"] == "forward"
    assert found["after"]["verdict"] == "respond"
    assert found["compiles"] <= 5


def test_without_a_change_nothing_is_found(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 0: the answer to "did it change" is no."""
    ends = [f"{repository}@HEAD~{_COMMITS - 1}", f"{repository}@HEAD~{_COMMITS - 3}"]
    assert main(["bisect", *ends, *_ASKED]) == 0
    assert capsys.readouterr().out == "The answer is the same at both ends.\n"


def test_blame_names_the_commit_that_last_changed_an_answer(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Commits that only change text are passed over; the way before and after is shown."""
    assert main(["blame", f"{repository}@HEAD", *_ASKED]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].endswith(f"changed the answer: number {_CHANGED_AT} (ann <ann@example.com>)")
    assert "  respond: 418" in lines
    assert any(line.startswith("  forward: 10.0.0.1:80") for line in lines)


def test_an_answer_that_is_older_than_what_is_looked_at_says_so(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is blamed for what was so before."""
    assert main(["blame", f"{repository}@HEAD", *_ASKED, "--commits", "2"]) == 0
    assert "has the answer already" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["bisect", "a", "b@HEAD"], "write REPO@REV, all of one repository"),
        (["bisect", "a@HEAD"], "name OLD and NEW"),
        (["blame", "a@HEAD", "b@HEAD"], "name one REPO@REV"),
    ],
)
def test_what_is_no_pair_of_commits_is_refused(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence that says what to write."""
    assert main([*words, *_ASKED]) == 2
    assert sentence in capsys.readouterr().err
