"""A Jaeger that keeps spans in memory, built from its published Go module."""

import contextlib
import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.parts.missing import PartMissingError
from tools.parts.zipkin import is_healthy
from tools.sidewheels.fetch import cache_dir

VERSION = "v1.76.0"
MODULE = "github.com/jaegertracing/jaeger"
START_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Jaeger:
    """Where a running Jaeger takes spans and where it answers.

    `otlp_grpc` is a URL for OTLP over gRPC, `query` the base of `/api/traces/<trace id>`.
    """

    otlp_grpc: str
    query: str


def program() -> Path:
    """Give the binary; PartMissingError when it was not built."""
    binary = cache_dir() / f"jaeger-{VERSION}" / "jaeger"
    if not binary.is_file():
        raise PartMissingError("jaeger", "run ./dev parts, which builds it when Go is installed")
    return binary


@contextlib.contextmanager
def running() -> Iterator[Jaeger]:
    """Start a Jaeger on free ports."""
    binary = program()
    ports = free_ports(4)
    with tempfile.TemporaryDirectory(prefix="jaeger-", ignore_cleanup_errors=True) as folder:
        config = Path(folder) / "config.yaml"
        config.write_text(json.dumps(_config(*ports)), encoding="utf-8")
        command = [str(binary), "--config", str(config)]
        child = Child(ChildSpec("Jaeger", command, Path(folder) / "log"))
        otlp, query, _, health = ports
        try:
            health_url = f"http://127.0.0.1:{health}/status"
            child.wait_until("get healthy", lambda: is_healthy(health_url), START_TIMEOUT_S)
            yield Jaeger(f"http://127.0.0.1:{otlp}", f"http://127.0.0.1:{query}")
        finally:
            child.stop()


def _config(otlp: int, query: int, query_grpc: int, health: int) -> dict[str, Any]:
    def at(port: int) -> dict[str, str]:
        return {"endpoint": f"127.0.0.1:{port}"}

    return {
        "service": {
            "extensions": ["jaeger_storage", "jaeger_query", "healthcheckv2"],
            "pipelines": {
                "traces": {"receivers": ["otlp"], "exporters": ["jaeger_storage_exporter"]}
            },
            "telemetry": {"metrics": {"level": "none"}},
        },
        "extensions": {
            "healthcheckv2": {"use_v2": True, "http": at(health)},
            "jaeger_query": {
                "storage": {"traces": "memory"},
                "grpc": at(query_grpc),
                "http": at(query),
            },
            "jaeger_storage": {"backends": {"memory": {"memory": {"max_traces": 10_000}}}},
        },
        "receivers": {"otlp": {"protocols": {"grpc": at(otlp)}}},
        "exporters": {"jaeger_storage_exporter": {"trace_storage": "memory"}},
    }
