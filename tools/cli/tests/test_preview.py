"""`periplus preview` in a clone, as a job of a pull request runs it."""

import json
from pathlib import Path

import pytest

from tools.cli.main import main
from tools.gitremote.remote import Clone, GitRemote, git

_SERVICE = """apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{name: http, port: 80}]}
"""
_RULE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web}
spec:
  hosts: [web]
  http: [{match: [{uri: {prefix: /old}}], directResponse: {status: %s}}, %s]
"""
_REST = "{route: [{destination: {host: web}}]}"


@pytest.fixture
def clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clone:
    """A clone of a repository with one rule, on a branch of its own."""
    remote = GitRemote(tmp_path / "remote.git")
    remote.commit({"web.yaml": (_SERVICE + "---\n" + _RULE % (410, _REST)).encode()})
    found = remote.clone(tmp_path / "clone")
    git(found.path, "checkout", "--quiet", "-b", "topic")
    monkeypatch.chdir(found.path)
    for name in ("GITHUB_BASE_REF", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    return found


def _commit(clone: Clone, rule: str) -> None:
    clone.write({"web.yaml": (_SERVICE + "---\n" + rule).encode()})
    git(clone.path, "commit", "--quiet", "--all", "--message", "a change")


def test_a_job_says_what_changes(
    clone: Clone,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In its output, and in the summary that people read."""
    _commit(clone, _RULE % (404, _REST))
    monkeypatch.setenv("GITHUB_BASE_REF", "main")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary"))
    assert main(["preview", "--ci"]) == 0
    sentence = "web.default.svc.cluster.local:80: /old* moves from an answer 410 to an answer 404"
    assert sentence in capsys.readouterr().out
    assert sentence in (tmp_path / "summary").read_text(encoding="utf-8")


def test_what_the_base_got_meanwhile_is_no_change(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    """A branch that is behind takes nothing back."""
    other = (_SERVICE + "---\n" + _RULE % (404, _REST)).encode()
    clone.write({"note.yaml": b"# a remark\n"})
    git(clone.path, "add", "--all")
    git(clone.path, "commit", "--quiet", "--message", "a remark")
    git(clone.path, "checkout", "--quiet", "main")
    clone.push_files({"web.yaml": other})
    git(clone.path, "checkout", "--quiet", "topic")
    assert main(["preview", "--base", "origin/main"]) == 0
    assert capsys.readouterr().out == "0 routing changes: text only.\n"


def test_an_error_fails_the_job_at_its_line(
    clone: Clone, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The forge shows it beside the changed line."""
    _commit(clone, _RULE % (404, "{route: [{destination: {host: web, subset: v9}}]}"))
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    assert main(["preview", "--ci", "--base", "origin/main", "-o", "json"]) == 1
    out = capsys.readouterr().out
    first, _, commands = out.partition("\n::")
    assert json.loads(first)["title"].startswith("Refused: 1 error. ")
    assert commands.startswith("error file=web.yaml,line=")


def test_without_a_base_nothing_is_compared(
    clone: Clone, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sentence says how to name one."""
    assert clone.path.is_dir()
    assert main(["preview"]) == 2
    assert "--base" in capsys.readouterr().err
    assert main(["preview", "--base", "nowhere"]) == 2
    assert "names no commit here" in capsys.readouterr().err
