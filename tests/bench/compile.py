"""`./dev bench compile`: a mesh of 1000 services with routes, compiled from cold and after changes.

One gateway and one sidecar see all of it. A time runs from the changed object to both snapshots
with their versions, the World's own update included. Figures are the best of several rounds; bars
are for the slowest of the changes of one sort. Times are of the processor, for the one thread that
compiles: it waits for nothing, so an idle machine's clock says the same, and a busy machine's would
measure its other work.
"""

import argparse
import gc
import json
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World, build_world, changed_world
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.kernel.origins import Origin
from libs.kernel.xds import Snapshot
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file

SERVICES, ROUNDS, COLD_ROUNDS = 1000, 15, 3
CLUSTER = ClusterName("default")
PROXIES = (
    Proxy(ProxyType.SIDECAR, "default", ("10.4.0.1",), labels={"app": "s0"}),
    Proxy(ProxyType.ROUTER, "default", ("10.9.0.1",), labels={"istio": "ingress"}),
)
GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge}
spec:
  selector: {istio: ingress}
  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ["*"]}]
"""
SERVICE = """
apiVersion: v1
kind: Service
metadata: {{name: s{n}{metadata}}}
spec:
  clusterIP: 10.{third}.{high}.{low}
  selector: {{app: s{n}}}
  ports: [{{name: http, port: 8080}}]
"""
SLICE = """
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {{name: s{n}-1, labels: {{kubernetes.io/service-name: s{n}}}}}
addressType: IPv4
ports: [{{name: http, port: 8080}}]
endpoints: [{{addresses: [10.4.{high}.{low}]}}, {{addresses: [10.{third}.{high}.{low}]}}]
"""
ROUTES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: s{n}{metadata}}}
spec:
  hosts: [s{n}, s{n}.example.com]
  gateways: [mesh, edge]
  http:
  - match: [{{uri: {{prefix: /v{third}}}, headers: {{x-user: {{exact: jason}}}}}}]
    route: [{{destination: {{host: s{n}}}}}]
    timeout: 3s
  - route: [{{destination: {{host: s{n}}}}}]
    retries: {{attempts: 3, perTryTimeout: 1s}}
"""
POLICY = """
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: s{n}{metadata}}}
spec:
  host: s{n}
  trafficPolicy: {{connectionPool: {{http: {{http1MaxPendingRequests: {third}}}}}}}
"""


@dataclass(slots=True)
class Bench:
    """A world with a memo and a last snapshot for each proxy."""

    world: World
    memos: list[Memo] = field(default_factory=lambda: [Memo() for _ in PROXIES])
    last: list[Snapshot] = field(default_factory=list)

    def compile(self) -> list[Snapshot]:
        """Compile all views of the world as it is."""
        pairs = zip(PROXIES, self.memos, strict=True)
        return [compile_snapshot(self.world, proxy, memo).snapshot for proxy, memo in pairs]

    def change(self, text: str) -> tuple[float, int]:
        """Replace the object of a text; return the seconds and how many resources changed."""
        placed = parsed(text)
        started_s = time.thread_time()
        self.world = changed_world(self.world, (), placed)
        made = self.compile()
        took_s = time.thread_time() - started_s
        changed = sum(map(different, self.last, made))
        self.last = made
        return took_s, changed


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench compile")
    parser.add_argument("--services", type=int, default=SERVICES)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="changes of each sort")
    options = parser.parse_args(list(argv))
    placed = [*parsed(GATEWAY), *(one for n in range(options.services) for one in parsed(mesh(n)))]
    gc.freeze()
    before_kb = resident_kb()
    cold_s, bench = min((cold(placed) for _ in range(COLD_ROUNDS)), key=lambda one: one[0])
    gc.freeze()
    figures: dict[str, Any] = {"services": options.services, "cold_s": round(cold_s, 3)}
    figures["resources"] = sum(len(named) for one in bench.last for named in one.resources.values())
    figures["bytes"] = sum(
        len(each.body)
        for one in bench.last
        for named in one.resources.values()
        for each in named.values()
    )
    figures["memory_mb"] = round((resident_kb() - before_kb) / 1024, 1)
    for name, texts in CHANGES.items():
        figures |= measured(bench, name, texts, options.rounds)
    bars = [
        bar("cold_s", figures["cold_s"], 1.5),
        bar("virtual_service_ms", figures["virtual_service_ms"], 20),
        bar("endpoint_ms", figures["endpoint_ms"], 5),
        bar("label_only_ms", figures["label_only_ms"], 2),
        *(
            exactly(f"{name}_changed_resources", figures[f"{name}_changed_resources"], wanted)
            for name, wanted in TOUCHED.items()
        ),
    ]
    print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n")  # noqa: T201 - a bench
    print(json.dumps({"bench": "compile", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


def mesh(n: int) -> str:
    """Write one service with endpoints, routes and policy."""
    return "---".join(written(one, n, 1) for one in (SERVICE, SLICE, ROUTES, POLICY))


def written(template: str, n: int, third: int, metadata: str = "") -> str:
    """Fill in a template; `third` is what changes."""
    return template.format(n=n, third=third, high=n // 250, low=n % 250 + 1, metadata=metadata)


def labelled(template: str, n: int, third: int) -> str:
    """Fill in a template as it was first, under another label."""
    return written(template, n, 1, f", labels: {{note: round-{third}}}")


CHANGES: dict[str, Sequence[Callable[[int, int], str]]] = {
    "virtual_service": [lambda n, third: written(ROUTES, n, third)],
    "endpoint": [lambda n, third: written(SLICE, n, third)],
    "label_only": [
        lambda n, third: labelled(ROUTES, n, third),
        lambda n, third: labelled(SERVICE, n, third),
        lambda n, third: labelled(POLICY, n, third),
    ],
    "destination_rule": [lambda n, third: written(POLICY, n, third)],
    "service": [lambda n, third: written(SERVICE, n, third)],
}
TOUCHED = {"virtual_service": 2, "endpoint": 2, "label_only": 0}
"""One route configuration of each view; one assignment of each; nothing."""


def cold(placed: Sequence[tuple[MeshObject, Origin]]) -> tuple[float, Bench]:
    """Build the world and both views from nothing."""
    gc.collect()
    started_s = time.thread_time()
    bench = Bench(build_world(placed, CLUSTER))
    bench.last = bench.compile()
    return time.thread_time() - started_s, bench


def measured(
    bench: Bench, name: str, texts: Sequence[Callable[[int, int], str]], rounds: int
) -> dict[str, Any]:
    """Make changes of one sort, each to another service, and put them back."""
    worst_ms, changed = 0.0, set[int]()
    for text in texts:
        spent = []
        for number in range(rounds):
            took_s, count = bench.change(text(10 + number, 50 + number))
            spent.append(took_s)
            changed.add(count)
        for number in range(rounds):
            bench.change(text(10 + number, 1))
        worst_ms = max(worst_ms, min(spent) * 1e3)
    return {f"{name}_ms": round(worst_ms, 2), f"{name}_changed_resources": max(changed)}


def different(former: Snapshot, now: Snapshot) -> int:
    """Count the resources whose version changed, that came or that went."""
    return sum(
        1
        for kind in former.resources.keys() | now.resources.keys()
        for name in former.of(kind).keys() | now.of(kind).keys()
        if name not in former.of(kind)
        or name not in now.of(kind)
        or former.of(kind)[name].version != now.of(kind)[name].version
    )


def parsed(text: str) -> list[tuple[MeshObject, Origin]]:
    """Read objects; wrong ones are a wrong bench."""
    found = parse_file("mesh.yaml", text.encode())
    if errors(found.messages):
        raise ValueError(str(errors(found.messages)[0]))
    return [(one.object, one.origin) for one in found.objects]


def resident_kb() -> int:
    """Return the most memory that the process had so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def bar(name: str, value: float, limit: float) -> dict[str, Any]:
    """Return one bar that is not to be passed."""
    return {"name": name, "value": value, "limit": limit, "better": "lower", "ok": value <= limit}


def exactly(name: str, value: int, wanted: int) -> dict[str, Any]:
    """Return a bar that is kept by one number only."""
    return {"name": name, "value": value, "limit": wanted, "better": "lower", "ok": value == wanted}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
