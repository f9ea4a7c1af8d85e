"""The trace of a commit goes on in the frontend, down to each proxy's ACK."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.kernel.ids import TraceParent
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import ROUTE
from tests.e2e import xdsresources as make
from tests.e2e.xdsstack import NODE, Stack, eventually, stack
from tools.child.ports import free_ports

TRACE, ROOT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def mesh(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A stack whose frontend writes its spans to a file."""
    with stack(tmp_path) as made:
        made.env["TELEMETRY__SPANS"] = "file"
        made.env["TELEMETRY__ENDPOINT"] = str(tmp_path / "spans.jsonl")
        made.env["TELEMETRY__SPAN_DELAY_MS"] = "50"
        yield made


def spans(mesh: Stack) -> list[dict[str, object]]:
    """Spans that were written so far."""
    file = mesh.folder / "spans.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


def test_push_and_ack_of_a_proxy_hang_below_the_commit(mesh: Stack) -> None:
    """A push begins when the view arrives and ends at the first response; the ACK follows it."""
    port = free_ports(1)[0]
    backends = {name: mesh.backend(name) for name in ("one", "two")}
    compiler = mesh.compiler(trace=TraceParent(f"00-{TRACE}-{ROOT}-01"))
    mesh.frontend()
    first, second = (make.web(port, backends, name) for name in backends)
    compiler.publish(first)
    mesh.envoy(delta=True)
    compiler.wait_status(first)
    published_s = compiler.publish(second)
    compiler.wait_status(second)
    assert eventually(lambda: len(spans(mesh)) >= 4)
    push, ack = (
        next(
            span
            for span in spans(mesh)
            if span["name"] == name and second.version in str(span["attributes"])
        )
        for name in ("push", "ack")
    )
    for span in (push, ack):
        assert (span["trace_id"], span["parent_id"]) == (TRACE, ROOT)
        assert span["service"] == "periplus-xds"
        assert NODE in str(span["attributes"])
        assert ROUTE in str(span["attributes"])
    assert published_s <= float(str(push["start_s"])) <= float(str(ack["start_s"]))
    assert ack["status"] == "UNSET"


def test_a_refusal_fails_the_ack_and_shows_its_beginning(mesh: Stack) -> None:
    """The text of a NACK is in the trace, cut short: it may quote whole resources."""
    port = free_ports(1)[0]
    compiler = mesh.compiler(trace=TraceParent(f"00-{TRACE}-{ROOT}-01"))
    mesh.frontend()
    good = make.web(port, {"one": mesh.backend("one")}, "one")
    compiler.publish(good)
    mesh.envoy(delta=True)
    compiler.wait_status(good)
    others = (r for url, named in good.resources.items() if url != ROUTE for r in named.values())
    bad = make.snapshot(*others, make.broken_route("routes"))
    compiler.publish(bad)
    compiler.wait_status(bad, SyncStatus.REFUSED)

    def failed() -> list[dict[str, object]]:
        return [span for span in spans(mesh) if span["status"] == "ERROR"]

    assert eventually(lambda: bool(failed()))
    (ack,) = failed()
    attributes = ack["attributes"]
    assert isinstance(attributes, dict)
    assert ack["name"] == "ack"
    assert "unique values for domains" in attributes["xds.error"]
    assert len(attributes["xds.error"]) <= 256
