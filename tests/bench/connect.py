"""`./dev bench connect`: 1000 proxies connect at once and each gets a full view of 500 hosts.

The view is what the compiler makes for a sidecar in a mesh of 500 services with routes. A proxy is
served when it has its routes, which come last; it has acknowledged all else by then.
"""

import argparse
import json
import statistics
import sys
from collections.abc import Sequence
from typing import Any

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import build_world
from libs.kernel.xds import ROUTE, Snapshot
from tests.bench.compile import CLUSTER, mesh, parsed
from tests.bench.xdsrig import cpu_s, rig
from tests.e2e.xdsstack import resident_kb

PROXIES, HOSTS = 1000, 500
ALL_SERVED_S_MAX, LAST_TO_MEDIAN_MAX = 20, 3


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench connect")
    parser.add_argument("--proxies", type=int, default=PROXIES)
    parser.add_argument("--hosts", type=int, default=HOSTS)
    options = parser.parse_args(list(argv))
    view = compiled(options.hosts)
    with rig(list(view.of(ROUTE))) as made:
        made.compiler.publish(view)
        before_s = cpu_s(made.frontend.pid)
        began_s = made.proxies.do(f"open {options.proxies}")
        served_s = sorted(one - began_s for one in made.proxies.do(f"await {view.version} {ROUTE}"))
        made.settle(view, options.proxies)
        used_s = cpu_s(made.frontend.pid) - before_s
        memory_mb = round(resident_kb(made.frontend.pid) / 1024)
        received_bytes = made.proxies.do("bytes")
    figures = {
        "proxies": options.proxies,
        "hosts": options.hosts,
        "view_kb": round(received_bytes / options.proxies / 1024),
        "last_s": round(served_s[-1], 2),
        "median_s": round(statistics.median(served_s), 2),
        "first_s": round(served_s[0], 2),
        "last_to_median": round(served_s[-1] / statistics.median(served_s), 2),
        "cpu_ms_per_proxy": round(1000 * used_s / options.proxies, 2),
        "memory_mb": memory_mb,
    }
    bars = [
        bar("last_s", figures["last_s"], ALL_SERVED_S_MAX),
        bar("last_to_median", figures["last_to_median"], LAST_TO_MEDIAN_MAX),
    ]
    print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n")  # noqa: T201 - a bench
    print(json.dumps({"bench": "connect", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


def bar(name: str, value: float, limit: float) -> dict[str, Any]:
    """Return one bar that must not be passed."""
    return {"name": name, "value": value, "limit": limit, "better": "lower", "ok": value <= limit}


def compiled(hosts: int) -> Snapshot:
    """Compile the view of a sidecar that calls all services of a mesh."""
    placed = [one for number in range(hosts) for one in parsed(mesh(number))]
    world = build_world(placed, CLUSTER)
    return compile_snapshot(world, Proxy(ProxyType.SIDECAR, "default", ("10.77.0.1",))).snapshot


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
