"""`./dev bench reconcile`: what a first apply, no change, and one change cost on a real API server.

The raw rate of server-side apply and kubectl are measured in the same run, one half of each before
the first apply and one after it, so that a machine that has other things to do as well does not
choose the winner. The reconciler is a process as it ships; its requests are those of the server's
audit log.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from libs.adapters.kube.access import Allowed, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.desired.stored import RevisionReader
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName
from libs.ports.kubecluster import Apply, Done
from services.reconciler.tests.commits import Commits
from tests.bench.reconcilerrun import reconciling
from tools.kubeapi.fleet import running
from tools.kubeapi.server import ApiServer, ServerSpec

OBJECTS = 10_000
RAW_OBJECTS = 750
KUBECTL_OBJECTS = 500
"""Of each half."""
STATIC_CLUSTERS = 200
QUIET_S = 2.0
NAME = ClusterName("bench")
SETS = tuple(f"shop{number}" for number in range(10))
"""Objects are spread over sets: a file has a limit."""
_PATHS = ", ".join(f"{{name: {one}, paths: [configs/{one}]}}" for one in SETS)
FLEET = f"""\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {{name: bench}}
spec: {{sets: [{_PATHS}]}}
"""
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec: {connection: {%s}}
"""


def main(argv: Sequence[str]) -> int:
    """Measure, print for people and end with one line of JSON; 1 when a bar is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench reconcile")
    parser.add_argument("--objects", type=int, default=OBJECTS)
    objects: int = parser.parse_args(list(argv)).objects
    with running() as fleet, tempfile.TemporaryDirectory() as folder:
        spec = ServerSpec("bench", audit="Metadata")
        (server,) = fleet.start(spec)
        raw_s, kubectl_s = _raw(server, "before"), _kubectl(server, Path(folder), "before")
        found = _reconciled(server, Path(folder), objects)
        raw_s, kubectl_s = (
            raw_s + _raw(server, "after"),
            kubectl_s + _kubectl(server, Path(folder), "after"),
        )
        figures: dict[str, float] = {
            "raw_applies_per_s": round(2 * RAW_OBJECTS / raw_s, 1),
            "kubectl_per_s": round(2 * KUBECTL_OBJECTS / kubectl_s, 1),
            **found,
        }
    figures |= _static()
    bars = list(_bars(figures))
    for name, value in figures.items():
        sys.stdout.write(f"{name}: {value}\n")
    sys.stdout.write(json.dumps({"bench": "reconcile", "figures": figures, "bars": bars}) + "\n")
    return 0 if all(bar["ok"] for bar in bars) else 1


def _bars(figures: dict[str, float]) -> Iterator[dict[str, object]]:
    least = 0.8 * figures["raw_applies_per_s"] / 2
    yield _bar("first_apply_per_s", figures, least, "higher")
    yield _bar("first_apply_per_s_beside_kubectl", figures, figures["kubectl_per_s"], "higher")
    yield _bar("no_change_requests", figures, 0, "lower")
    yield _bar("one_change_dry_runs", figures, 1, "lower")
    yield _bar("one_change_writes", figures, 1, "lower")
    yield _bar("memory_mb", figures, 300, "lower")


def _bar(name: str, figures: dict[str, float], limit: float, better: str) -> dict[str, object]:
    value = figures[name.removesuffix("_beside_kubectl")]
    ok = value <= limit if better == "lower" else value >= limit
    return {"name": name, "value": value, "limit": round(limit, 1), "better": better, "ok": ok}


def _object(name: str, value: str = "1") -> str:
    """Return a small DestinationRule-sized ConfigMap as YAML."""
    data = ", ".join(f"k{number}: v{number}" for number in range(8))
    return (
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
        f"data: {{value: '{value}', {data}}}\n"
    )


def _raw(server: ApiServer, half: str) -> float:
    """Apply objects as fast as the client can, in a namespace of their own; return the seconds."""
    server.call("POST", "/api/v1/namespaces", {"metadata": {"name": f"raw-{half}"}})
    client = KubeClient(SystemClock(), SystemRng())
    source = kubeconfig_file(server.kubeconfig(), "", Allowed(files=True))
    cluster = client.cluster(NAME, source)
    data = {f"k{number}": f"v{number}" for number in range(8)}
    writes = [
        Apply(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"raw{number}", "namespace": f"raw-{half}"},
                "data": data,
            }
        )
        for number in range(RAW_OBJECTS)
    ]
    cluster.discover()
    started_s = time.perf_counter()
    results = cluster.write(writes)
    took_s = time.perf_counter() - started_s
    client.close()
    if not all(isinstance(one, Done) for one in results):
        raise RuntimeError("the server did not take every raw apply")
    return took_s


def _kubectl(server: ApiServer, folder: Path, half: str) -> float:
    """Let kubectl apply objects on the server's side; return the seconds."""
    server.call("POST", "/api/v1/namespaces", {"metadata": {"name": f"kubectl-{half}"}})
    file = folder / "kubectl.yaml"
    file.write_text("".join(_object(f"kubectl{number}") for number in range(KUBECTL_OBJECTS)))
    command = ("apply", "--server-side", "-n", f"kubectl-{half}", "-f", str(file))
    started_s = time.perf_counter()
    done = server.kubectl(*command, timeout_s=600.0)
    took_s = time.perf_counter() - started_s
    if done.returncode:
        raise RuntimeError(f"kubectl: {done.stderr[:300]}")
    return took_s


def _reconciled(server: ApiServer, folder: Path, objects: int) -> dict[str, float]:
    """Bring one object to the server, then many, then nothing, then one change."""
    with reconciling(server, folder) as reconciler:
        commits = Commits(reconciler.store, FLEET, [CLUSTER % (NAME, "context: bench")])
        parts = [_object(f"object{number}") for number in range(objects)]
        reconciler.settled(commits.commit(_spread(parts[:1])))
        cpu_s = reconciler.cpu_s
        took_s = reconciler.settled(commits.commit(_spread(parts)))
        cpu_s = reconciler.cpu_s - cpu_s
        time.sleep(QUIET_S)
        quiet = reconciler.requests()
        time.sleep(QUIET_S)
        after_quiet = reconciler.requests()
        parts[objects // 2] = _object(f"object{objects // 2}", "2")
        changed_s = reconciler.settled(commits.commit(_spread(parts)))
        time.sleep(QUIET_S)
        changes = reconciler.requests() - after_quiet
        return {
            "objects": objects,
            "first_apply_s": round(took_s, 1),
            "first_apply_cpu_s": round(cpu_s, 1),
            "first_apply_per_s": round(objects / took_s, 1),
            "no_change_requests": (after_quiet - quiet).total(),
            "one_change_s": round(changed_s, 2),
            "one_change_dry_runs": changes["dry run"],
            "one_change_writes": changes["write"],
            "one_change_other_requests": changes["read"],
            "memory_mb": round(reconciler.memory_mb),
        }


def _spread(objects: Sequence[str]) -> dict[str, str]:
    return {one: "".join(objects[number :: len(SETS)]) for number, one in enumerate(SETS)}


def _static() -> dict[str, float]:
    """Move the targets of many clusters without API servers to a commit with one changed set."""
    store = FakeStore()
    clusters = [CLUSTER % (f"static{n}", "static: {}") for n in range(STATIC_CLUSTERS)]
    commits = Commits(store, FLEET, clusters)
    commits.commit({SETS[0]: _object("a"), SETS[1]: _object("b")})
    started_s, cpu_s = time.perf_counter(), time.process_time()
    revision = commits.commit({SETS[0]: _object("a", "2"), SETS[1]: _object("b")})
    reader = RevisionReader(store)
    view = reader.view(revision)
    for name in view.clusters:
        reader.objects(name, view, revision)
    return {
        "static_clusters": STATIC_CLUSTERS,
        "static_s": round(time.perf_counter() - started_s, 2),
        "static_cpu_s": round(time.process_time() - cpu_s, 2),
    }
