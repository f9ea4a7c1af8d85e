"""`periplus cluster`: let a control plane into another cluster, and what that takes.

The repository is not touched: what it should have is printed, so that somebody can commit it.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import orjson
from cyclopts import Parameter

from libs.adapters.kube.access import Access, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.execplugin import allowed_here
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.meshapi.dump import plain, to_yaml
from libs.planning import joining
from libs.ports.kubecluster import Apply, Create, KubeCluster, Selection
from tools.cli.errors import UnusableError
from tools.cli.livefacts import facts_of
from tools.cli.output import Format, write_json, write_lines

DEFAULT_KUBECONFIG = Path.home() / ".kube" / "config"
Output = Annotated[Format, Parameter(name=["--output", "-o"])]


@dataclass(frozen=True, slots=True)
class Joined:
    """Two clusters, and how the second is reached from the first."""

    home: KubeCluster
    remote: KubeCluster
    access: Access


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Contexts:
    """How both clusters are reached."""

    context: str
    """Context of the other cluster, for whoever may make accounts there."""
    home_context: str = ""
    """Context of the cluster with the control plane; the current one where nothing is said."""
    kubeconfig: Path = DEFAULT_KUBECONFIG
    """File with both contexts."""
    kubeconfig_exec: Annotated[bool, Parameter(negative="")] = False
    """Run programs that the kubeconfig names (`exec`) for credentials."""


@Parameter(name="*")
@dataclass(frozen=True, kw_only=True)
class Kept:
    """What is made of a join."""

    server: str = ""
    """Address of the other API server as the home cluster reaches it, when it is another."""
    secret: str = ""
    """Name of the Secret; remote-NAME where nothing is said."""
    manage: bool = False
    """Let the account write mesh configuration as well."""


def join(
    name: str,
    *,
    contexts: Contexts,
    kept: Kept = Kept(),
    preflight_only: bool = False,
    output: Output = Format.TEXT,
) -> int:
    """Let the control plane of one cluster watch another, after looking whether they fit.

    Makes a service account with a role in the other cluster, and keeps its kubeconfig in a Secret
    of the home cluster that is labelled istio/multiCluster=true. Once more renews the token. Exit
    status 1 when something speaks against it; nothing is written then.

    Parameters
    ----------
    name
        Name of the other cluster in the fleet.
    preflight_only
        Look and tell, and write nothing.
    output
        text or json.
    """
    cluster = ClusterName(name)
    with _opened(cluster, contexts) as joined:
        found = preflight(joined, cluster, manage=kept.manage)
        writes = not found and not preflight_only
        if writes:
            _written(joined, cluster, kept)
    if output is Format.JSON:
        write_json({"cluster": name, "problems": list(found), "joined": writes})
    else:
        write_lines(*(found or [f"{name} is joined" if writes else f"{name} fits"]))
    return 1 if found else 0


def stubs(*, contexts: Contexts, output: Output = Format.TEXT) -> int:
    """Print the Namespaces and Services that names of another cluster need to resolve here.

    Commit them to the home cluster's folder. Exit status 1 when some are missing.

    Parameters
    ----------
    output
        text for YAML, or json.
    """
    with _opened(ClusterName(contexts.context), contexts) as joined:
        found = joining.stubs(facts_of(joined.home), facts_of(joined.remote))
    if output is Format.JSON:
        write_json({"objects": [plain(one) for one in found]})
    elif found:
        sys.stdout.write(to_yaml(found))
    return 1 if found else 0


def preflight(joined: Joined, cluster: ClusterName, *, manage: bool) -> tuple[str, ...]:
    """Return what speaks against a join, one sentence for each reason."""
    at_home, there = joining.needed_at_home(joining.NAMESPACE), joining.needed(joining.NAMESPACE)
    home = _sheet(joined.home, joined.home.name, at_home)
    return joining.problems(home, _sheet(joined.remote, cluster, there), manage=manage)


def _sheet(
    cluster: KubeCluster, name: ClusterName, needed: Sequence[joining.Permission]
) -> joining.Sheet:
    answers = cluster.write([Create(joining.review(one)) for one in needed])
    allowed = [one.object().body.get("status", {}).get("allowed") is True for one in answers]
    missing = tuple(one for one, may in zip(needed, allowed, strict=True) if not may)
    nodes = cluster.list_objects(Selection("", "Node")).objects
    specs = [one.body.get("spec", {}) for one in nodes]
    pods = {cidr for one in specs for cidr in one.get("podCIDRs") or [one.get("podCIDR")] if cidr}
    ranges = cluster.list_objects(Selection("networking.k8s.io", "ServiceCIDR")).objects
    services = {cidr for one in ranges for cidr in one.body.get("spec", {}).get("cidrs", ())}
    version = cluster.version()
    return joining.Sheet(name, version, tuple(sorted(pods)), tuple(sorted(services)), missing)


def _written(joined: Joined, cluster: ClusterName, kept: Kept) -> None:
    namespace, account = joining.NAMESPACE, joining.ACCOUNT
    for body in joining.account_objects(namespace, account, manage=kept.manage):
        joined.remote.write([Apply(body)])[0].object()
    parent = ObjectKey("", "ServiceAccount", namespace, account)
    request = Create(joining.token_request(joining.TOKEN_S_MAX), parent, "token")
    token = joined.remote.write([request])[0].object().body["status"]["token"]
    address = kept.server or joined.access.server
    config = joining.kubeconfig(cluster, address, joined.access.authority, token)
    place = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}}
    secret = kept.secret or f"remote-{cluster}"
    made = joining.remote_secret(secret, namespace, cluster, orjson.dumps(config))
    for body in (place, made):
        joined.home.write([Apply(body)])[0].object()


@contextmanager
def _opened(cluster: ClusterName, contexts: Contexts) -> Iterator[Joined]:
    """Give both clusters. Raises UnusableError for what keeps us from looking."""
    path, allowed = contexts.kubeconfig, allowed_here(programs=contexts.kubeconfig_exec)
    client = KubeClient(SystemClock(), SystemRng())
    home = ClusterName(contexts.home_context or "home")
    try:
        access = kubeconfig_file(path, contexts.context, allowed)()
        yield Joined(
            client.cluster(home, kubeconfig_file(path, contexts.home_context, allowed)),
            client.cluster(cluster, kubeconfig_file(path, contexts.context, allowed)),
            access,
        )
    except (StalledError, TransientError, WaitingError) as error:
        raise UnusableError(error.reason) from error
    finally:
        client.close()
