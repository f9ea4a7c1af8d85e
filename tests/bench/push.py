"""`./dev bench push`: 5000 hosts, one route changes, in each way of delivery to a real Envoy.

The frontend is a process as it is shipped; views are compiled ones, cut as the compiler cuts them.
Bytes are what Envoy received on the stream for one change. The data plane is a request for the
changed host, sent again and again: a change is there when the answer is the new one.
"""

import argparse
import http.client
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.ondemand import Pieces, on_demand
from libs.kernel.xds import ROUTE, Resource, Snapshot
from tests.e2e import xdsresources as make
from tests.e2e.xdscompiler import ScriptedCompiler
from tests.e2e.xdsstack import resident_kb, stack
from tools.child.ports import free_ports
from tools.envoy.process import EnvoyProcess

HOSTS, CHANGES, LOADED = 5000, 15, 50
BYTES_MAX, DATA_PLANE_MS_MAX = 4096, 25
WAIT_S = 60.0
MODES = ("sotw", "delta", "on-demand")


@dataclass(frozen=True, slots=True)
class Measured:
    """What one way of delivery costs, as medians over the changes."""

    initial_bytes: int
    bytes_per_change: int
    data_plane_ms: float
    data_plane_ms_max: float
    envoy_cpu_ms: float
    envoy_mb: int


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench push")
    parser.add_argument("--hosts", type=int, default=HOSTS)
    parser.add_argument("--changes", type=int, default=CHANGES)
    options = parser.parse_args(list(argv))
    several = {mode: measured(mode, options.hosts, options.changes) for mode in MODES}
    figures: dict[str, float] = {"hosts": options.hosts}
    for mode, one in several.items():
        for name in Measured.__slots__:
            figures[f"{mode.replace('-', '_')}_{name}"] = getattr(one, name)
    least, most = several["on-demand"], several["delta"]
    figures["bytes_x"] = round(most.bytes_per_change / least.bytes_per_change)
    figures["data_plane_x"] = round(most.data_plane_ms / least.data_plane_ms, 1)
    figures["memory_x"] = round(most.envoy_mb / least.envoy_mb, 1)
    bars = [
        bar("on_demand_bytes_per_change", least.bytes_per_change, BYTES_MAX),
        bar("on_demand_data_plane_ms", least.data_plane_ms, DATA_PLANE_MS_MAX),
    ]
    print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n")  # noqa: T201 - a bench
    print(json.dumps({"bench": "push", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


def bar(name: str, value: float, limit: float) -> dict[str, Any]:
    """Return one bar that must not be passed."""
    return {"name": name, "value": value, "limit": limit, "better": "lower", "ok": value <= limit}


class Table:
    """A listener and many hosts; each change gives the first of them another answer."""

    def __init__(self, port: int, hosts: int, *, cut: bool) -> None:
        """Make all hosts but the first, which stay as they are."""
        self._listener = make.listener(port, "routes")
        self._pieces = Pieces()
        self._cut = cut
        rest = route_pb2.RouteConfiguration()
        for number in range(1, hosts):
            _add_host(rest, number, "same")
        self._rest = rest.SerializeToString(deterministic=True)

    def view(self, change: int) -> Snapshot:
        """Make the view after so many changes."""
        first = route_pb2.RouteConfiguration(name="routes")
        _add_host(first, 0, f"change {change}")
        body = first.SerializeToString(deterministic=True) + self._rest
        known = make.resource(ROUTE, "routes", first)
        whole = make.snapshot(self._listener, Resource(ROUTE, known.name, known.version, body))
        return on_demand(whole, 1, self._pieces) if self._cut else whole


def _add_host(table: route_pb2.RouteConfiguration, number: int, answer: str) -> None:
    """Add a host of five routes, about 2 kB, as services with rules have them."""
    host = table.virtual_hosts.add(name=f"h{number}.example:80", domains=[f"h{number}.example"])
    for index in range(4):
        one = host.routes.add(name=f"route {index} of {number}")
        one.match.prefix = f"/api/v{index}"
        one.match.headers.add(name="x-version").string_match.exact = f"v{index}"
        one.route.cluster = f"outbound|80|v{index}|h{number}.default.svc.cluster.local"
        one.route.retry_policy.retry_on = "connect-failure,refused-stream,unavailable,cancelled"
        one.route.retry_policy.num_retries.value = 2
        told = {"config": f"/apis/networking.istio.io/v1/virtual-service/h{number}", "x": "y" * 150}
        one.metadata.filter_metadata["istio"].update(told)
    last = host.routes.add(name="last")
    last.match.prefix = "/"
    last.direct_response.status = 200
    last.direct_response.body.inline_string = answer


@dataclass(slots=True)
class Bench:
    """An Envoy served by a frontend."""

    port: int
    compiler: ScriptedCompiler
    envoy: EnvoyProcess

    def received_bytes(self) -> int:
        """Bytes that Envoy got on its stream so far."""
        return sum(self.envoy.admin.stats("^cluster.xds-grpc.upstream_cx_rx_bytes_total").values())

    def cpu_s(self) -> float:
        """Seconds of processor that Envoy used so far."""
        threads = Path(f"/proc/{self.envoy.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in threads) / 1e9

    def wait_answer(self, connection: http.client.HTTPConnection, answer: str) -> float:
        """Call the first host until it answers so; return when it did."""
        until_s = time.monotonic() + WAIT_S
        while time.monotonic() < until_s:
            if _get(connection, 0) == answer:
                return time.monotonic()
            time.sleep(0.001)
        raise TimeoutError(f"no answer {answer} in {WAIT_S} s")


def measured(mode: str, hosts: int, changes: int) -> Measured:
    """Measure one way of delivery."""
    port = free_ports(1)[0]
    table = Table(port, hosts, cut=mode == "on-demand")
    with _served(port, table.view(0), delta=mode != "sotw") as bench:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
        bench.wait_answer(connection, "change 0")
        for number in range(1, min(hosts, LOADED + 1)):
            _get(connection, number)
        initial = bench.received_bytes()
        delays_s, cpu_s, sent = [], [], []
        for change in range(1, changes + 1):
            view = table.view(change)
            before = (bench.received_bytes(), bench.cpu_s())
            began_s = time.monotonic()
            bench.compiler.publish(view)
            delays_s.append(bench.wait_answer(connection, f"change {change}") - began_s)
            bench.compiler.wait_status(view)
            cpu_s.append(bench.cpu_s() - before[1])
            sent.append(bench.received_bytes() - before[0])
        connection.close()
        return Measured(
            initial,
            round(statistics.median(sent)),
            round(1000 * statistics.median(delays_s), 1),
            round(1000 * max(delays_s), 1),
            round(1000 * statistics.median(cpu_s), 1),
            round(resident_kb(bench.envoy.pid) / 1024),
        )


@contextmanager
def _served(port: int, first: Snapshot, *, delta: bool) -> Iterator[Bench]:
    with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as made:
        compiler = made.compiler()
        made.frontend()
        compiler.publish(first)
        envoy = made.envoy(delta=delta)
        compiler.wait_status(first)
        envoy.wait_ready(WAIT_S)
        yield Bench(port, compiler, envoy)


def _get(connection: http.client.HTTPConnection, number: int) -> str:
    connection.request("GET", "/", headers={"Host": f"h{number}.example"})
    return connection.getresponse().read().decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
