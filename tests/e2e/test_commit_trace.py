"""One commit is one trace, from the push that was noticed to the ACK of the proxy."""

import json
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.e2e.smallfleet import route_to, until
from tests.e2e.stack import running_stack
from tools.parts.jaeger import Jaeger

STAGES = {
    "commit": "periplus-gitwatcher",
    "notice": "periplus-gitwatcher",
    "fetch": "periplus-gitwatcher",
    "parse": "periplus-gitwatcher",
    "lint": "periplus-gitwatcher",
    "store": "periplus-gitwatcher",
    "target": "periplus-gitwatcher",
    "compile": "periplus-compiler",
    "push": "periplus-xds",
    "ack": "periplus-xds",
}


def _traces_of(jaeger: Jaeger) -> list[dict[str, Any]]:
    """Return the traces that contain a gitwatcher's span, as Jaeger tells them."""
    url = f"{jaeger.query}/api/traces?service=periplus-gitwatcher&limit=100"
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            traces: list[dict[str, Any]] = json.load(response)["data"]
    except urllib.error.HTTPError:
        return []
    return traces


def _trace_of(jaeger: Jaeger, commit: str) -> dict[str, Any]:
    """Wait until the trace of a commit has every stage; fail with what it has after 20 s."""
    names: set[str] = set()
    for _ in range(100):
        for trace in _traces_of(jaeger):
            tags = {tag["value"] for span in trace["spans"] for tag in span["tags"]}
            if commit in tags:
                names = {span["operationName"] for span in trace["spans"]}
                if names >= STAGES.keys():
                    return trace
        time.sleep(0.2)
    message = f"the trace of {commit} has only {sorted(names)}"
    raise AssertionError(message)


def test_every_stage_of_a_commit_is_a_span_of_its_one_trace(
    tmp_path: Path, envoy: Path, jaeger: Jaeger
) -> None:
    """Jaeger shows all stages, in the service that did them, below the commit, in their order."""
    with running_stack(tmp_path, spans="otlp", span_endpoint=jaeger.otlp_grpc) as stack:
        commit = stack.push({"configs/hello/route.yaml": route_to("v2")})
        until(lambda: stack.live_commit() == commit, "the commit is live")
        trace = _trace_of(jaeger, commit)
    spans = {span["operationName"]: span for span in trace["spans"]}
    services = {key: value["serviceName"] for key, value in trace["processes"].items()}
    assert {name: services[spans[name]["processID"]] for name in STAGES} == STAGES
    roots = [span for span in trace["spans"] if not span["references"]]
    assert [span["operationName"] for span in roots] == ["commit"]
    starts = [spans[name]["startTime"] for name in STAGES]
    assert starts == sorted(starts)
    tags = {tag["key"]: tag["value"] for tag in spans["ack"]["tags"]}
    assert any("caller.default" in str(value) for value in tags.values())
