"""Three static clusters with an Envoy each, every service, and a Prometheus that scrapes them."""

import contextlib
import json
import math
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from libs.adapters.gates.door import Door
from libs.adapters.gates.prometheus import Prometheus
from libs.adapters.sql.store import SqlStore, open_store
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.kernel.ids import ClusterName
from libs.kernel.rollouts import RolloutState, Stage
from tests.e2e import smallfleet
from tests.e2e.answers import answering
from tests.e2e.smallfleet import Load, Processes, until
from tools.child.ports import free_ports
from tools.envoy.nodes import node_id, node_metadata
from tools.envoy.process import EnvoyProcess
from tools.gitremote.remote import Clone, GitRemote
from tools.parts import prometheus
from tools.up.options import UpOptions

CLUSTERS = {"east": "canary", "north": "rest", "west": "rest"}
DEADLINE_S = 40.0
# An Envoy takes what follows the first dot of a manager's prefix for a part of the name.
_NAME = '__name__=~"envoy_http_[0-9_]+_downstream_rq_xx"'
_ALL = f'sum(rate({{{_NAME},cluster=~"%CLUSTERS%"}}[3s]))'
_BAD = f'sum(rate({{{_NAME},cluster=~"%CLUSTERS%",envoy_response_code_class="5"}}[3s]))'
ERRORS = f"{_BAD} / {_ALL}"
"""Share of answers with 5xx in the clusters that moved; NaN where nobody asked."""
_FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: small}
spec:
  sets: [{name: hello, paths: [configs/hello]}]
  rollout: ROLLOUT
"""
_CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {{name: {name}, labels: {{wave: {wave}}}}}
"""


@dataclass(slots=True)
class Rig:
    """What a test may touch."""

    clone: Clone
    processes: Processes
    loads: Mapping[str, Load]
    store: SqlStore
    address: str
    """Address of the Prometheus."""
    folder: Path

    def push(self, files: Mapping[str, str]) -> str:
        """Write files, commit and push them; return the commit."""
        return self.clone.push_files({name: text.encode() for name, text in files.items()})

    def rollout(self) -> RolloutState:
        """Return the present rollout."""
        found = self.store.rollout()
        assert found is not None
        return found

    def until_over(self, commit: str) -> Stage:
        """Wait for the end of a commit's rollout; return which one it was."""

        def is_over() -> bool:
            state = self.rollout()
            revision = self.store.revision(state.plan.revision)
            return state.is_over and revision is not None and revision.commit == commit

        until(is_over, f"the rollout of {commit} is over", DEADLINE_S)
        return self.rollout().stage

    def measured(self, cluster: str) -> float:
        """Return the share of errors of a cluster, as gates see it."""
        with contextlib.closing(Door([self.address])) as door:
            query = ERRORS.replace("%CLUSTERS%", cluster)
            (found,) = Prometheus(door).values(self.address, query, 30.0) or (math.nan,)
        return found

    def spans(self, commit: str) -> set[str]:
        """Return the names of the spans of rollouts in a commit's trace."""
        traces = {
            one.trace.split("-")[1]
            for one in self.store.revisions(99)
            if one.commit == commit and one.trace
        }
        lines = (self.folder / "spans.jsonl").read_text(encoding="utf-8").splitlines()
        spans = [json.loads(line) for line in lines]
        return {
            f"{one['name']} {one['attributes']['wave']}".strip()
            for one in spans
            if one["service"] == "periplus-rollout" and one["trace_id"] in traces
        }

    def commits(self) -> dict[str, str]:
        """Return the commit that each cluster should run."""
        found = {}
        for name, target in self.store.targets().items():
            revision = self.store.revision(target.revision)
            assert revision is not None
            found[str(name)] = str(revision.commit)
        return found


def fleet(address: str, query: str = ERRORS, **gate: object) -> str:
    """Return a fleet whose canary is watched by a live gate and a query."""
    asked = {"address": address, "query": query, "max": 0.05, "interval": "300ms", **gate}
    live = {"name": "live", "live": {}}
    canary = {
        "name": "canary",
        "clusters": {"matchLabels": {"wave": "canary"}},
        "soak": "1s",
        "gates": [live, {"name": "errors", "prometheus": asked}],
    }
    rest = {"name": "rest", "maxConcurrent": 1, "gates": [live]}
    strategy = {"waves": [canary, rest], "progressDeadline": "10s"}
    return _FLEET.replace("ROLLOUT", json.dumps(strategy))


@contextmanager
def running_rig(folder: Path) -> Iterator[Rig]:
    """Start everything and wait until the first commit is served by every Envoy."""
    addresses = {name: smallfleet.fresh_loopback_address() for name in CLUSTERS}
    (xds_port,) = free_ports(1)
    with ExitStack() as stack:
        ports = [stack.enter_context(answering(text)) for text in ("v1", "v2")]
        envoys = {
            name: EnvoyProcess(_caller(name, address, xds_port), folder=folder / name)
            for name, address in addresses.items()
        }
        for one in envoys.values():
            stack.enter_context(one)
        scraped = {name: "{}:{}".format(*one.admin.address()) for name, one in envoys.items()}
        url = stack.enter_context(prometheus.running(scraped))
        remote = GitRemote(folder / "fleet.git")
        clone = remote.clone(folder / "work")
        first = _first_commit(addresses, ports) | {"fleet.yaml": fleet(url)}
        clone.push_files({name: text.encode() for name, text in first.items()})
        up = UpOptions(
            str(remote.path),
            folder / "state",
            xds_address=f"127.0.0.1:{xds_port}",
            trigger_address="",
            poll_s=0.05,
            spans="file",
            span_endpoint=str(folder / "spans.jsonl"),
        )
        processes = _quick(Processes.of(up), url)
        stack.callback(processes.stop_all)
        processes.start_all()
        store = open_store(up.store)
        stack.callback(store.close)
        loads = {name: Load(address) for name, address in addresses.items()}
        for name, load in loads.items():
            until(partial(serves, load, "v1"), f"{name} serves", DEADLINE_S)
        yield Rig(clone, processes, loads, store, url, folder)


def serves(load: Load, version: str) -> bool:
    """Say whether an Envoy answers with a version."""
    return load.once() == version


def _quick(processes: Processes, url: str) -> Processes:
    """Let rollouts look often, and ask the Prometheus."""
    spec = processes.specs["rollout"]
    more = {
        "PERIPLUS_ROLLOUT_POLL_S": "0.1",
        "PERIPLUS_ROLLOUT_GATE_ADDRESSES": json.dumps([url]),
    }
    quick = replace(spec, env={**spec.env, **more})
    return replace(processes, specs={**processes.specs, "rollout": quick})


def _first_commit(addresses: Mapping[str, str], ports: list[int]) -> dict[str, str]:
    workloads = "---\n".join(
        smallfleet.workload(version, port)
        for version, port in zip(("v1", "v2"), ports, strict=True)
    )
    files = {
        "configs/hello/service.yaml": smallfleet.SERVICE,
        "configs/hello/subsets.yaml": smallfleet.SUBSETS,
        "configs/hello/workloads.yaml": workloads,
        "configs/hello/route.yaml": smallfleet.route_to("v1"),
    }
    for name, wave in CLUSTERS.items():
        files[f"clusters/{name}/cluster.yaml"] = _CLUSTER.format(name=name, wave=wave)
        files[f"clusters/{name}/caller.yaml"] = smallfleet.caller(addresses[name])
    return files


def _caller(name: str, address: str, xds_port: int) -> dict[str, object]:
    proxy = Proxy(
        ProxyType.SIDECAR,
        "default",
        (address,),
        labels={"app": "caller"},
        cluster=ClusterName(name),
        metadata={"INTERCEPTION_MODE": "NONE"},
    )
    settings = BootstrapSettings(
        node_id(proxy, f"caller-{name}"), "127.0.0.1", xds_port, node_metadata(proxy), admin_port=0
    )
    return bootstrap(settings)
