"""`./dev bench fanout`: one changed resource of 10 kB, pushed to 500 streams until all have ACKed.

The frontend is a process as it is shipped: mutual TLS, a certificate held to what each proxy says
it is, statuses told to the compiler, default telemetry. A push counts when the frontend has told
its compiler that the proxy is in step. The rate is per second of the frontend's own processor time,
all its threads together; the time on the clock stands beside it, and depends on what else the
machine does.
"""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from protogen.envoy.config.route.v3 import route_pb2

from libs.kernel.xds import ROUTE, Resource, Snapshot
from tests.bench.xdsrig import Rig, cpu_s, rig
from tests.e2e import xdsresources as make
from tests.e2e.xdsstack import resident_kb

STREAMS, ROUNDS, BLOCKS, BLOCK_ROUNDS = 500, 20, 6, 8
RESOURCE_BYTES = 10_000
WARM_UP_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Round:
    """One push: seconds on the clock and of the frontend's processor, and each proxy's delay."""

    wall_s: float
    cpu_s: float
    delays_s: list[float]


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench fanout")
    parser.add_argument("--streams", type=int, default=STREAMS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--blocks", type=int, default=BLOCKS, help="pairs of blocks, one with")
    options = parser.parse_args(list(argv))
    with rig(["routes"]) as made:
        bench = Bench(made, options.streams)
        before_kb = resident_kb(made.frontend.pid)
        bench.start()
        memory_kb = resident_kb(made.frontend.pid) - before_kb
        for _ in range(WARM_UP_ROUNDS):
            bench.round()
        rounds = [bench.round() for _ in range(options.rounds)]
        ratio = bench.stuck_ratio(options.blocks)
    pushes = options.streams * len(rounds)
    rate = pushes / sum(one.cpu_s for one in rounds)
    figures = {
        "streams": options.streams,
        "pushes_per_core_s": round(rate),
        "pushes_per_wall_s": round(pushes / sum(one.wall_s for one in rounds)),
        "round_ms_p50": round(1000 * statistics.median(one.wall_s for one in rounds), 1),
        "cpu_us_per_push": round(1e6 / rate, 1),
        "memory_kb_per_stream": round(memory_kb / options.streams, 1),
        "stuck_p99_ratio": round(ratio, 2),
    }
    bars = [
        bar("pushes_per_core_s", figures["pushes_per_core_s"], 5000, "higher"),
        bar("stuck_p99_ratio", figures["stuck_p99_ratio"], 1.5, "lower"),
    ]
    print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n")  # noqa: T201 - a bench
    print(json.dumps({"bench": "fanout", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


def bar(name: str, value: float, limit: float, better: str) -> dict[str, Any]:
    """Return one bar."""
    ok = value >= limit if better == "higher" else value <= limit
    return {"name": name, "value": value, "limit": limit, "better": better, "ok": ok}


class Bench:
    """The rig with a mesh of one route configuration that changes."""

    def __init__(self, made: Rig, streams: int) -> None:
        """Publish the first snapshot."""
        self._rig = made
        self._streams = streams
        self._number = 0
        self._backends = {"one": 9}

    def start(self) -> None:
        """Connect all proxies, and wait until they are in step."""
        first = self._next()
        self._rig.compiler.publish(first)
        self._rig.proxies.do(f"open {self._streams}")
        self._rig.proxies.do(f"await {first.version} {ROUTE}")
        self._rig.settle(first, self._streams)

    def round(self) -> Round:
        """Push one change."""
        snapshot, pid = self._next(), self._rig.frontend.pid
        before_s, began_s = cpu_s(pid), time.monotonic()
        self._rig.compiler.publish(snapshot)
        got_s = self._rig.proxies.do(f"await {snapshot.version} {ROUTE}")
        self._rig.settle(snapshot, self._streams)
        ended_s = time.monotonic()
        delays_s = [one - began_s for one in got_s]
        return Round(ended_s - began_s, cpu_s(pid) - before_s, delays_s)

    def stuck_ratio(self, blocks: int) -> float:
        """Compare the 99th percentile of delays with and without a proxy that never reads.

        Each side's is the median over its blocks, so that what else the machine does in one of them
        decides nothing.
        """
        tails_s: dict[bool, list[float]] = {False: [], True: []}
        for number in range(2 * blocks):
            stuck = number % 2 == 1
            if stuck:
                self._rig.proxies.do("stick")
            self.round()
            delays_s = [one for _ in range(BLOCK_ROUNDS) for one in self.round().delays_s]
            tails_s[stuck].append(percentile_99(delays_s))
            if stuck:
                self._rig.proxies.do("unstick")
        without, with_it = (statistics.median(tails_s[each]) for each in (False, True))
        return with_it / without

    def _next(self) -> Snapshot:
        self._number += 1
        web = make.web(8080, self._backends, "one")
        kept = [one for url, all_ in web.resources.items() if url != ROUTE for one in all_.values()]
        return make.snapshot(*kept, routes(self._number))


def routes(number: int) -> Resource:
    """Return a route configuration of about 10 kB."""
    message = route_pb2.RouteConfiguration(name="routes")
    host = message.virtual_hosts.add(name="all", domains=["*"])
    while message.ByteSize() < RESOURCE_BYTES:
        one = host.routes.add(name=f"change {number} route {len(host.routes)}")
        one.match.prefix = f"/api/v{len(host.routes)}"
        one.route.cluster = "one"
    return make.resource(ROUTE, "routes", message)


def percentile_99(values: Sequence[float]) -> float:
    """Return the value that one of a hundred exceeds."""
    return statistics.quantiles(values, n=100)[98]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
