"""`periplus export facts`: what a running cluster says of its services, as a file for previews."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from libs.adapters.kube.access import kubeconfig_file
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.execplugin import allowed_here
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.meshapi.dump import plain, to_yaml
from libs.meshapi.meshobject import MeshObject
from libs.ports.kubecluster import KubeCluster, Listed, LiveObject, Unserved
from libs.registry.facts import PODS
from libs.registry.live import WATCHED, ClusterFacts
from tools.cli.callfacts import calls_before, moment, observation, write_facts
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json

DEFAULT_KUBECONFIG = Path.home() / ".kube" / "config"


def export_facts(
    cluster: str,
    *,
    context: str = "",
    kubeconfig: Path = DEFAULT_KUBECONFIG,
    kubeconfig_exec: Annotated[bool, Parameter(negative="")] = False,
    repository: Path | None = None,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Write down which services, endpoints, Pods, nodes and namespaces a cluster has.

    A preview without access to the cluster reads the file in its place. Calls that `export calls`
    wrote there stay.

    Parameters
    ----------
    cluster
        Name of the cluster in the fleet.
    context
        Context of the cluster; that of its name where nothing is said.
    kubeconfig
        File with the context.
    kubeconfig_exec
        Run programs that the kubeconfig names (`exec`) for credentials.
    repository
        Work tree to write clusters/CLUSTER/facts.yaml in; standard output where nothing is said.
    output
        text for YAML, or json, on standard output.
    """
    clock, name = SystemClock(), ClusterName(cluster)
    client = KubeClient(clock, SystemRng())
    allowed = allowed_here(programs=kubeconfig_exec)
    source = kubeconfig_file(kubeconfig, context or cluster, allowed)
    try:
        objects, addresses = _seen(client.cluster(name, source))
    except (StalledError, TransientError, WaitingError) as error:
        raise UnusableError(error.reason) from error
    finally:
        client.close()
    seen = {"seen_at": moment(clock.now_s()), "pod_addresses": addresses}
    before = calls_before(repository, name)
    found = (observation(name, before.model_copy(update=seen)), *objects)
    if repository is not None:
        write_facts(repository, name, found)
    elif output is Format.JSON:
        write_json({"objects": [plain(one) for one in found]})
    else:
        sys.stdout.write(to_yaml(found))
    return 0


def facts_of(cluster: KubeCluster) -> Sequence[MeshObject]:
    """Read the facts of a cluster once. Raises the loop errors."""
    return _seen(cluster)[0]


def _seen(cluster: KubeCluster) -> tuple[Sequence[MeshObject], Mapping[str, str]]:
    """Read the facts of a cluster, and the addresses of its Pods."""
    served, facts = cluster.discover(), ClusterFacts()
    addresses: dict[str, str] = {}
    for one in WATCHED:
        if served.find(one.group, one.kind, one.version) is None:
            facts.take([Unserved(one)])
            continue
        found = cluster.list_objects(one).objects
        facts.take([Listed(one, found)])
        if one == PODS:
            addresses = dict(_pod_addresses(found))
    return facts.objects(), addresses


def _pod_addresses(pods: Sequence[LiveObject]) -> Iterator[tuple[str, str]]:
    """Yield where Pods are that have an address to themselves."""
    for one in pods:
        status, spec = one.body.get("status") or {}, one.body.get("spec") or {}
        for each in () if spec.get("hostNetwork") else status.get("podIPs") or ():
            if each.get("ip"):
                yield each["ip"], f"{one.key.namespace}/{one.key.name}"
