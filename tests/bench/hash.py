"""`./dev bench hash`: fingerprints of 2 MB of routes and 2000 clusters beside other ways to hash.

Each figure is the best of several runs; the sides of a ratio are taken in turns in one process.
"""

import argparse
import gc
import hashlib
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from deepdiff import DeepHash
from google.protobuf import json_format
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.route.v3 import route_pb2

from libs.confighash import schema
from libs.confighash.compare import differences
from libs.confighash.division import divided
from libs.confighash.tree import SEMANTIC, Hasher
from libs.confighash.wire import delimited

CONFIG = "envoy.config.route.v3.RouteConfiguration"
CLUSTER = "envoy.config.cluster.v3.Cluster"
HOSTS, CLUSTERS, ROUNDS = 1300, 2000, 41
SEMANTIC_ROUNDS = 9


@dataclass(frozen=True, slots=True)
class Config:
    """The measured messages, and their bytes."""

    table: route_pb2.RouteConfiguration
    clusters: list[cluster_pb2.Cluster]
    routes: bytes
    resources: list[bytes]


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench hash")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="runs of each side")
    rounds: int = parser.parse_args(argv).rounds
    config = made()
    gc.disable()
    try:
        figures = {**cold(config, rounds), **warm(config, rounds), **semantic(config)}
    finally:
        gc.enable()
    bars = [
        bar("cold_share_of_sha256", figures["cold_share_of_sha256"], 0.6),
        bar("one_change_from_bytes_x", figures["one_change_from_bytes_x"], 4),
        bar("one_change_from_parts_x", figures["one_change_from_parts_x"], 40),
        bar("semantic_cold_mb_s", figures["semantic_cold_mb_s"], 15),
        bar("names_the_changed_host", figures["names_the_changed_host"], 1),
    ]
    print(*(f"{name}: {value}" for name, value in figures.items()), sep="\n")  # noqa: T201 - a bench
    print(json.dumps({"bench": "hash", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


def bar(name: str, value: float, limit: float) -> dict[str, Any]:
    """Return one bar that is to be reached or passed."""
    return {"name": name, "value": value, "limit": limit, "better": "higher", "ok": value >= limit}


def made() -> Config:
    """Return about 2 MB of routes and 2000 clusters, as meshes have them."""
    table = route_pb2.RouteConfiguration(name="9080")
    for number in range(HOSTS):
        host = f"svc{number}.default.svc.cluster.local"
        virtual = table.virtual_hosts.add(name=f"{host}:9080", domains=[host, f"{host}:9080"])
        for index in range(6):
            one = virtual.routes.add(name=f"r{index}")
            one.match.prefix = f"/api/v{index}/{number}"
            one.match.headers.add(name="x-version").string_match.exact = f"v{index}"
            one.route.cluster = f"outbound|9080|v{index}|{host}"
            one.route.timeout.seconds = 15
            one.route.retry_policy.retry_on = "connect-failure,refused-stream,unavailable"
            one.route.retry_policy.num_retries.value = 2
            one.metadata.filter_metadata["istio"].update({"config": f"/virtual-service/{number}"})
            one.decorator.operation = f"{host}:9080/*"
    clusters = [cluster(number) for number in range(CLUSTERS)]
    resources = [each.SerializeToString(deterministic=True) for each in clusters]
    return Config(table, clusters, table.SerializeToString(deterministic=True), resources)


def cluster(number: int) -> cluster_pb2.Cluster:
    """Return a cluster with TLS matches and limits."""
    host = f"svc{number}.default.svc.cluster.local"
    one = cluster_pb2.Cluster(name=f"outbound|9080||{host}", type=cluster_pb2.Cluster.EDS)
    one.eds_cluster_config.service_name = one.name
    one.connect_timeout.seconds = 10
    one.circuit_breakers.thresholds.add().max_connections.value = 4294967295
    labels = {"config": f"/destination-rule/{number}", "host": host, "subject": "x" * 300}
    one.metadata.filter_metadata["istio"].update(labels)
    return one


def cold(config: Config, rounds: int) -> dict[str, float]:
    """Compare a first pass over all bytes with plain sha256 of each ready resource."""

    def ours() -> None:
        Hasher(CONFIG).of_bytes(config.routes)
        Hasher(CLUSTER).many(config.resources)

    def plain() -> None:
        for each in (config.routes, *config.resources):
            hashlib.sha256(each).hexdigest()

    mine, other = best(rounds, ours, plain)
    size = len(config.routes) + sum(map(len, config.resources))
    return {
        "routes_bytes": len(config.routes),
        "cold_ms": ms(mine),
        "cold_mb_s": round(size / mine / 1e6, 1),
        "sha256_ms": ms(other),
        "cold_share_of_sha256": round(other / mine, 2),
    }


def warm(config: Config, rounds: int) -> dict[str, float]:
    """Compare the pass after one change with hashing the deterministic serialisation."""
    changing = route_pb2.RouteConfiguration.FromString(config.routes)
    hasher, times = Hasher(CONFIG), list[tuple[float, float, float]]()
    hasher.of_bytes(config.routes)
    rest, kept = divided(config.routes, 2)
    keeper = Hasher(CONFIG).retained(rest, kept)
    whole = config.routes
    for number in range(rounds):
        changing.virtual_hosts[500].routes[1].match.prefix = f"/changed/{number}"
        whole = changing.SerializeToString(deterministic=True)
        part = changing.virtual_hosts[500].SerializeToString(deterministic=True)
        parts = timed(lambda part=part: keeper.replace(500, part))  # type: ignore[misc]
        hasher.of_bytes(config.routes)
        changing.virtual_hosts[500].routes[1].match.prefix = f"/other/{number}"
        whole = changing.SerializeToString(deterministic=True)
        mine = timed(lambda whole=whole: hasher.of_bytes(whole))  # type: ignore[misc]
        times.append((mine, parts, timed(lambda: det(changing))))
    ours, parts, other = (min(column) for column in zip(*times, strict=True))
    named = differences(CONFIG, config.routes, whole)
    right = named == ("virtual_hosts[svc500.default.svc.cluster.local:9080].routes[r1]",)
    return {
        "deterministic_ms": ms(other),
        "one_change_from_bytes_ms": ms(ours),
        "one_change_from_parts_ms": ms(parts),
        "one_change_from_bytes_x": round(other / ours, 1),
        "one_change_from_parts_x": round(other / parts, 1),
        "names_the_changed_host": int(right),
    }


def det(message: Any) -> str:
    """Hash the deterministic serialisation."""
    return hashlib.sha256(message.SerializeToString(deterministic=True)).hexdigest()


def semantic(config: Config) -> dict[str, float]:
    """Measure foreign bytes, maps out of order, from cold; and JSON beside it."""
    foreign = config.table.SerializeToString(deterministic=False)
    reversed_hosts = b"".join(swapped(foreign))
    spent = []
    for _ in range(SEMANTIC_ROUNDS):
        schema.forget()
        spent.append(timed(lambda: Hasher(CONFIG, SEMANTIC).of_bytes(reversed_hosts)))
    form = json_format.MessageToDict(config.table)
    as_json = timed(lambda: hashlib.sha256(json.dumps(form, sort_keys=True).encode()).digest())
    as_deep = timed(lambda: DeepHash(form)[form])
    return {
        "semantic_cold_ms": ms(min(spent)),
        "semantic_cold_mb_s": round(len(reversed_hosts) / min(spent) / 1e6, 1),
        "json_dumps_ms": ms(as_json),
        "deepdiff_ms": ms(as_deep),
    }


def swapped(raw: bytes) -> list[bytes]:
    """Return the table with an unknown field in every host, so that each must be rewritten."""
    rest, parts = divided(raw, 2)
    return [rest, *(delimited(2, delimited(2000, b"x") + part) for part in parts)]


def best(rounds: int, *sides: Callable[[], Any]) -> list[float]:
    """Return the shortest time of each side in seconds, the sides taken in turns."""
    spent = [[timed(side) for side in sides] for _ in range(rounds)]
    return [min(column) for column in zip(*spent, strict=True)]


def timed(run: Callable[[], Any]) -> float:
    """Return the seconds of processor time that one run takes, whatever else the machine does."""
    started_s = time.thread_time()
    run()
    return time.thread_time() - started_s


def ms(seconds: float) -> float:
    """Return milliseconds for people."""
    return round(seconds * 1e3, 3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
