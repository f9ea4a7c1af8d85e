"""A small fleet with all services and one real Envoy running, the first commit live."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from libs.adapters.sql.store import SqlStore, open_store
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.kernel.ids import ClusterName, CommitId
from tests.e2e import smallfleet
from tests.e2e.answers import answering
from tests.e2e.smallfleet import Load, Processes, until
from tools.child.ports import free_ports
from tools.envoy.nodes import node_id, node_metadata
from tools.envoy.process import EnvoyProcess
from tools.gitremote.remote import Clone, GitRemote
from tools.up.options import UpOptions


@dataclass(slots=True)
class Stack:
    """What a test may touch."""

    clone: Clone
    processes: Processes
    load: Load
    store: SqlStore
    xds_port: int

    def push(self, files: Mapping[str, str]) -> CommitId:
        """Write files, commit and push them; return the commit."""
        return self.clone.push_files({name: text.encode() for name, text in files.items()})

    def live_commit(self) -> str | None:
        """The commit on which every known proxy is live, if they agree."""
        revisions = {record.live_revision for record in self.store.proxies()}
        if len(revisions) != 1:
            return None
        (identifier,) = revisions
        revision = self.store.revision(identifier) if identifier else None
        return revision.commit if revision else None


@contextmanager
def running_stack(folder: Path, **options: str) -> Iterator[Stack]:
    """Start everything, wait until the first commit is live, and stop everything at the end.

    `options` replaces fields of `UpOptions`.
    """
    address = smallfleet.fresh_loopback_address()
    (xds_port,) = free_ports(1)
    with ExitStack() as stack:
        ports = [stack.enter_context(answering(text)) for text in ("v1", "v2")]
        remote = GitRemote(folder / "fleet.git")
        clone = remote.clone(folder / "work")
        first = _first_commit(address, ports)
        commit = clone.push_files({name: text.encode() for name, text in first.items()})
        up = UpOptions(
            str(remote.path),
            folder / "state",
            xds_address=f"127.0.0.1:{xds_port}",
            trigger_address="",
            poll_s=0.05,
            rollouts=False,
        )
        up = replace(up, **options)  # type: ignore[arg-type]  # every option given is a text
        processes = Processes.of(up)
        stack.callback(processes.stop_all)
        processes.start_all()
        envoy = EnvoyProcess(caller_bootstrap(address, xds_port), folder=folder / "envoy")
        stack.enter_context(envoy)
        store = open_store(up.store)
        stack.callback(store.close)
        running = Stack(clone, processes, Load(address), store, xds_port)
        until(lambda: running.load.once() == "v1", "the first commit is served")
        until(lambda: running.live_commit() == commit, "the first commit is live")
        yield running


def _first_commit(address: str, ports: list[int]) -> dict[str, str]:
    """Everything to v1."""
    workloads = "---\n".join(
        smallfleet.workload(version, port)
        for version, port in zip(("v1", "v2"), ports, strict=True)
    )
    return {
        "fleet.yaml": smallfleet.FLEET,
        "clusters/east/cluster.yaml": smallfleet.CLUSTER,
        "clusters/east/workloads.yaml": workloads,
        "clusters/east/caller.yaml": smallfleet.caller(address),
        "configs/hello/service.yaml": smallfleet.SERVICE,
        "configs/hello/subsets.yaml": smallfleet.SUBSETS,
        "configs/hello/route.yaml": smallfleet.route_to("v1"),
    }


def caller_bootstrap(address: str, xds_port: int) -> dict[str, object]:
    """The caller's Envoy, without interception."""
    proxy = Proxy(
        ProxyType.SIDECAR,
        "default",
        (address,),
        labels={"app": "caller"},
        cluster=ClusterName("east"),
        metadata={"INTERCEPTION_MODE": "NONE"},
    )
    settings = BootstrapSettings(
        node_id(proxy, "caller"), "127.0.0.1", xds_port, node_metadata(proxy), admin_port=0
    )
    return bootstrap(settings)
