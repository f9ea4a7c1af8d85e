"""Clusters of real servers for the tests of this package."""

import contextlib
from collections.abc import Iterator

from libs.adapters.kube.access import Access, Allowed, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient, KubeCluster
from libs.adapters.kube.watching import Limits
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from tools.kubeapi.server import ADMIN, ApiServer


@contextlib.contextmanager
def client(limits: Limits | None = None) -> Iterator[KubeClient]:
    """Give a client and close it."""
    made = KubeClient(SystemClock(), SystemRng(), limits)
    try:
        yield made
    finally:
        made.close()


def cluster_of(kube: KubeClient, server: ApiServer, user: str = ADMIN) -> KubeCluster:
    """Return a cluster of a user."""
    source = kubeconfig_file(server.kubeconfig(user), "", Allowed(files=True))
    return kube.cluster(ClusterName(server.name), source)


def access_to(server: ApiServer, token: str) -> Access:
    """Return an access with any token."""
    return Access(server.url, server.ca_file.read_bytes(), token)
