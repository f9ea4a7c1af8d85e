"""`periplus export facts`: what a running cluster says of its services, as a file for previews."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from libs.adapters.kube.access import Allowed, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.meshapi.dump import plain, to_yaml
from libs.meshapi.meshobject import MeshObject
from libs.ports.kubecluster import KubeCluster, Listed, Unserved
from libs.registry.live import WATCHED, ClusterFacts
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json

DEFAULT_KUBECONFIG = Path.home() / ".kube" / "config"


def export_facts(
    cluster: str,
    *,
    context: str = "",
    kubeconfig: Path = DEFAULT_KUBECONFIG,
    repository: Path | None = None,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Write down which services, endpoints, Pods, nodes and namespaces a cluster has.

    A preview without access to the cluster reads the file in its place.

    Parameters
    ----------
    cluster
        Name of the cluster in the fleet.
    context
        Context of the cluster; that of its name where nothing is said.
    kubeconfig
        File with the context.
    repository
        Work tree to write clusters/CLUSTER/facts.yaml in; standard output where nothing is said.
    output
        text for YAML, or json, on standard output.
    """
    client = KubeClient(SystemClock(), SystemRng())
    allowed = Allowed(files=True, proxy=True)
    source = kubeconfig_file(kubeconfig, context or cluster, allowed)
    try:
        found = facts_of(client.cluster(ClusterName(cluster), source))
    except (StalledError, TransientError, WaitingError) as error:
        raise UnusableError(error.reason) from error
    finally:
        client.close()
    if repository is not None:
        place = repository / "clusters" / cluster / "facts.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(to_yaml(found), encoding="utf-8")
    elif output is Format.JSON:
        write_json({"objects": [plain(one) for one in found]})
    else:
        sys.stdout.write(to_yaml(found))
    return 0


def facts_of(cluster: KubeCluster) -> Sequence[MeshObject]:
    """Read the facts of a cluster once. Raises the loop errors."""
    served, facts = cluster.discover(), ClusterFacts()
    for one in WATCHED:
        if served.find(one.group, one.kind, one.version) is None:
            facts.take([Unserved(one)])
        else:
            facts.take([Listed(one, cluster.list_objects(one).objects)])
    return facts.objects()
