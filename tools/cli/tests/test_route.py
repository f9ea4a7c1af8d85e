"""`periplus route` on the command line."""

import json
from pathlib import Path

import pytest

from tools.cli.main import main

_OBJECTS = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec:
  selector: {app: reviews}
  ports: [{name: http, port: 9080}]
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: reviews-v1}
spec: {address: 10.0.0.7, labels: {app: reviews}}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews-rules}
spec:
  hosts: [reviews]
  http:
  - name: old
    match: [{uri: {prefix: /old}, headers: {x-user: {exact: ann}}}]
    redirect: {uri: /new}
  - name: rest
    route: [{destination: {host: reviews}}]
"""
_PROXY = '{"type":"sidecar","namespace":"default","ip":"10.0.0.1"}'


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file with one service and rules for it."""
    monkeypatch.chdir(tmp_path)
    Path("mesh.yaml").write_text(_OBJECTS, encoding="utf-8")
    return "mesh.yaml"


def test_a_call_is_followed_to_its_endpoints_and_its_origin(
    config: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The answer names route, endpoints and the object that decided."""
    call = '{"mode":"outbound","address":"10.9.9.9","port":9080,"host":"reviews"}'
    assert main(["route", config, "--proxy", _PROXY, "--call", call]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["error"], found["route"], found["verdict"]) == (None, "rest", "forward")
    assert found["clusters"][0]["endpoints"][0]["address"] == "10.0.0.7"
    assert found["origin"] == {
        "file": config,
        "line": 13,
        "kind": "VirtualService",
        "namespace": "default",
        "name": "reviews-rules",
    }


def test_a_call_may_be_a_method_and_a_url(config: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Headers are given as with other HTTP clients."""
    words = ["GET", "http://reviews:9080/old/x?a=b", "-H", "x-user: ann"]
    assert main(["route", config, "--proxy", _PROXY, *words]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["action"]["redirect"] == {
        "status": 301,
        "location": "http://reviews:9080/new?a=b",
    }


def test_many_calls_are_answered_line_by_line(
    config: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One refused call makes the exit status 1; the others are answered all the same."""
    calls = tmp_path / "calls.jsonl"
    calls.write_text('{"port":9080,"host":"reviews"}\n{"port":9080,"host":"reviews","tls":"tls"}\n')
    assert main(["route", config, "--proxy", _PROXY, "--calls", str(calls)]) == 1
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["verdict"], second["error"]) == ("forward", "TLSError")


def test_a_config_dump_of_an_envoy_is_answered_without_origin(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An Envoy without listeners takes no call."""
    dump = tmp_path / "dump.json"
    dump.write_text('{"configs": []}')
    assert main(["route", "--envoy", str(dump), "--call", '{"port":80}']) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["error"], found["origin"]) == ("NoListener", None)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["x.yaml", "--proxy", _PROXY], "exactly one of"),
        (["x.yaml", "--call", '{"port":80}'], "--proxy"),
        (["x.yaml", "--envoy", "d", "--call", '{"port":80}'], "instead of paths"),
        (["--envoy", "none.json", "--call", '{"port":80}'], "none.json"),
        (["x.yaml", "--proxy", _PROXY, "--call", "{}"], "--call: a call needs"),
        (["x.yaml", "--proxy", _PROXY, "http://a/", "-H", "nocolon"], "name: value"),
        (["x.yaml", "--proxy", _PROXY, "http://a:99999/"], "http://a:99999/"),
    ],
)
def test_unusable_questions_are_said(
    words: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit status is 2 and the sentence names what to give."""
    assert main(["route", *words]) == 2
    assert sentence in capsys.readouterr().err
