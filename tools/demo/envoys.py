"""One real Envoy for each workload and each gateway of the example fleet."""

import contextlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.kernel.ids import ClusterName
from tools.demo.workloads import DemoCluster, Workload
from tools.envoy.nodes import node_id, node_metadata
from tools.envoy.process import EnvoyProcess

STATE_OF_THE_WORLD = frozenset({"cluster2"})
"""Clusters whose Envoys speak the state-of-the-world variant; all others speak the incremental."""


@contextlib.contextmanager
def envoys_running(
    clusters: Sequence[DemoCluster], xds_port: int, folder: Path
) -> Iterator[Sequence[EnvoyProcess]]:
    """Start all Envoys; stop them at the end. Raises EnvoyError when one does not start."""
    processes = [
        EnvoyProcess(
            bootstrap(settings(workload, xds_port)),
            folder=folder / f"{cluster.name}-{workload.name}",
        )
        for cluster in clusters
        for workload in cluster.workloads
    ]
    try:
        for process in processes:
            process.start()
        yield processes
    finally:
        with ThreadPoolExecutor(len(processes)) as pool:
            list(pool.map(EnvoyProcess.stop, processes))


def settings(workload: Workload, xds_port: int) -> BootstrapSettings:
    """Return what the bootstrap of a workload's Envoy says."""
    proxy = description(workload)
    return BootstrapSettings(
        node_id(proxy, workload.name),
        "127.0.0.1",
        xds_port,
        node_metadata(proxy),
        admin_port=0,
        delta=workload.cluster not in STATE_OF_THE_WORLD,
    )


def description(workload: Workload) -> Proxy:
    """Describe a workload's proxy."""
    return Proxy(
        type=ProxyType.ROUTER if workload.is_gateway else ProxyType.SIDECAR,
        namespace=workload.namespace,
        ips=(workload.address,),
        labels=workload.labels,
        cluster=ClusterName(workload.cluster),
        service_account=workload.service_account,
        metadata={"INTERCEPTION_MODE": "NONE"},
    )
