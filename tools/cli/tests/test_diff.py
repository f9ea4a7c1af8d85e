"""`periplus diff` on the command line."""

import json
import subprocess
from pathlib import Path

import pytest

from tools.cli.main import main

_OBJECTS = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews}
spec:
  host: reviews
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: one}
spec: {address: 10.0.0.1, labels: {app: reviews, version: v1}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: two}
spec: {address: 10.0.0.2, labels: {app: reviews, version: v2}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews%s}
spec:
  hosts: [reviews]
  http: [%s{route: [{destination: {host: reviews, subset: v1}}]}]
"""
_CANARY = (
    "{match: [{headers: {end-user: {exact: jason}}}], "
    "route: [{destination: {host: reviews, subset: v2}}]}, "
)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Four spellings of one configuration."""
    monkeypatch.chdir(tmp_path)
    for name, labels, rule in (
        ("old", "", ""),
        ("labelled", ", labels: {team: a}", ""),
        ("canary", "", _CANARY),
    ):
        Path(f"{name}.yaml").write_text(_OBJECTS % (labels, rule), encoding="utf-8")
    return tmp_path


@pytest.mark.usefixtures("folder")
def test_a_canary_is_said_with_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    """Which calls, from where to where, who decided on each side, and what to type."""
    assert main(["diff", "old.yaml", "canary.yaml"]) == 1
    lines = capsys.readouterr().out.splitlines()
    host = "reviews.default.svc.cluster.local"
    calls = "all requests with `end-user: jason`"
    assert lines == [
        "1 routing change: 1 moved.",
        "",
        "cluster default:",
        f"  moved: {host}:9080: {calls} move from v1 to v2; all others unchanged",
        "    seen by sidecars of default",
        "    old: old.yaml:23 VirtualService default/reviews",
        "    new: canary.yaml:23 VirtualService default/reviews",
        "    try: curl -H 'end-user: jason' http://reviews:9080/",
    ]


@pytest.mark.usefixtures("folder")
def test_text_alone_is_no_routing_change(capsys: pytest.CaptureFixture[str]) -> None:
    """Labels differ, calls do not."""
    assert main(["diff", "old.yaml", "labelled.yaml"]) == 0
    assert capsys.readouterr().out == "0 routing changes: text only.\n"


@pytest.mark.usefixtures("folder")
def test_the_call_of_a_class_can_be_asked_for_again(capsys: pytest.CaptureFixture[str]) -> None:
    """JSON has the example in the form that `periplus route` takes, and both decisions."""
    assert main(["diff", "old.yaml", "canary.yaml", "-o", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    (only,) = content["clusters"][0]["classes"]
    proxy = '{"type":"sidecar","namespace":"default","ip":"10.0.0.9"}'
    call = json.dumps(only["call"])
    assert main(["route", "canary.yaml", "--proxy", proxy, "--call", call]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["clusters"] == only["new"]["clusters"]
    assert answer["origin"] == only["new"]["origin"]
    assert content["counts"] == {"moved": 1}


def test_without_paths_the_work_tree_is_compared_with_the_last_commit(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What a person is about to commit."""
    repository = folder / "repository"
    repository.mkdir()
    (repository / "mesh.yaml").write_bytes((folder / "old.yaml").read_bytes())
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "first"]):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        subprocess.run(["git", *identity, *words], cwd=repository, check=True)
    (repository / "mesh.yaml").write_bytes((folder / "canary.yaml").read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repository)
        assert main(["diff"]) == 1
    assert "1 moved" in capsys.readouterr().out


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["old.yaml"], "name OLD and NEW"),
        (["old.yaml", "canary.yaml", "--cluster", "none"], "the fleets have default"),
        (["--envoy", "old.yaml", "absent.json"], "old.yaml: the config dump is no JSON"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence, and the status for unusable input."""
    assert main(["diff", *words]) == 2
    assert sentence in capsys.readouterr().err
