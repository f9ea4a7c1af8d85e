"""Clients for the clusters of a fleet: by a context of a kubeconfig, or by a Secret that holds one.

Secrets are read in the home cluster. Those labelled `istio/multiCluster=true` name clusters of one
mesh, as Istio keeps them: each key of the data is the name of a cluster, its value a kubeconfig.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from pathlib import Path

from libs.adapters.kube.access import Access, AccessSource, Allowed, access_of, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient, KubeCluster
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError
from libs.kernel.origins import ObjectKey
from libs.meshapi.fleet import Connection, KubeconfigSecret
from libs.ports.kubecluster import LiveObject, Selection

REMOTES = Selection("", "Secret", labels="istio/multiCluster=true")
DEFAULT_NAMESPACE = "istio-system"
"""Where a Secret with a kubeconfig is when nobody says it."""


class Connector:
    """Makes clients. A kubeconfig from a Secret may use nothing of this machine."""

    def __init__(
        self, client: KubeClient, kubeconfig: Path, allowed: Allowed, home_context: str = ""
    ) -> None:
        """Read nothing yet. `home_context` is that of the home cluster; empty: there is none."""
        self._client = client
        self._kubeconfig = kubeconfig
        self._allowed = allowed
        self.home = self._by_context(ClusterName("home"), home_context) if home_context else None

    def connect(self, name: ClusterName, connection: Connection) -> KubeCluster:
        """Return the client of a cluster that has an API server.

        Raises StalledError where nobody can say how to reach it.
        """
        if connection.context is not None:
            return self._by_context(name, connection.context)
        if connection.kubeconfig_secret is None:
            raise StalledError(f"cluster {name} has no API server")
        secret = connection.kubeconfig_secret
        return self._client.cluster(name, self._by_secret(name, secret))

    def remotes(self) -> Mapping[ClusterName, KubeCluster]:
        """Return the clusters that Secrets of the home cluster name, without asking them anything.

        Raises the loop errors when the Secrets cannot be read.
        """
        if self.home is None:
            return {}
        found: dict[ClusterName, KubeCluster] = {}
        for secret in self.home.list_objects(REMOTES).objects:
            for key in sorted(secret.body.get("data") or {}):
                where = KubeconfigSecret(
                    name=secret.key.name, namespace=secret.key.namespace, key=key
                )
                name = ClusterName(key)
                found[name] = self._client.cluster(name, self._by_secret(name, where))
        return found

    def _by_context(self, name: ClusterName, context: str) -> KubeCluster:
        source = kubeconfig_file(self._kubeconfig, context, self._allowed)
        return self._client.cluster(name, source)

    def _by_secret(self, name: ClusterName, secret: KubeconfigSecret) -> AccessSource:
        home = self.home
        if home is None:
            raise StalledError(
                f"cluster {name} has its kubeconfig in Secret {secret.name}, and no home cluster"
                " is named to read it from; name its context"
            )
        key = ObjectKey("", "Secret", secret.namespace or DEFAULT_NAMESPACE, secret.name)
        return _secret_source(lambda: home.get(key), key, secret.key or name)


def _secret_source(
    read: Callable[[], LiveObject | None], key: ObjectKey, entry: str
) -> AccessSource:
    def source() -> Access:
        live = read()
        if live is None:
            raise StalledError(f"{key} is not there, which holds a kubeconfig")
        encoded = (live.body.get("data") or {}).get(entry)
        if encoded is None:
            raise StalledError(f"{key} has no key `{entry}` with a kubeconfig")
        try:
            text = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise StalledError(f"{key}: `{entry}` is not base64") from error
        return access_of(text, "", Allowed(), place=f"{key}, `{entry}`")

    return source
