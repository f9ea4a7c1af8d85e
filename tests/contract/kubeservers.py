"""Servers that the contract of `KubeCluster` is held against, with a hand on their other side."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from libs.adapters.kube.access import Allowed, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.watching import Limits
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey
from libs.ports.clock import Clock
from libs.ports.kubecluster import FIELD_MANAGER, Apply, KubeCluster, LiveObject
from tools.kubeapi.server import ApiServer

Json = Mapping[str, Any]
WIDGETS = "example.periplus.io"
PATIENCE_S = 20.0


class Server(Protocol):
    """What a test may do on the server's side."""

    @property
    def clock(self) -> Clock:
        """The clock of its clients."""
        ...

    def client(self, manager: str = FIELD_MANAGER) -> KubeCluster:
        """Return one more client with full permissions."""
        ...

    def forget_history(self) -> None:
        """Let every watch lose its place."""
        ...

    def stop(self) -> None:
        """Let the server be away."""
        ...

    def start(self) -> None:
        """Let it be back."""
        ...


@dataclass
class FakeServer:
    """The twin."""

    state: FakeKubeServer

    @property
    def clock(self) -> Clock:
        """Virtual time."""
        return self.state.clock

    def client(self, manager: str = FIELD_MANAGER) -> KubeCluster:
        """Return a client of the same state."""
        return FakeKubeCluster(self.state, ClusterName("fake"), manager)

    def forget_history(self) -> None:
        """Forget."""
        self.state.forget_history()

    def stop(self) -> None:
        """Answer nobody."""
        self.state.reachable = False

    def start(self) -> None:
        """Answer again."""
        self.state.reachable = True


@dataclass
class RealServer:
    """An API server, and the client that carries its clusters."""

    api: ApiServer
    kube: KubeClient
    clock: Clock
    started_anew: bool = False

    def client(self, manager: str = FIELD_MANAGER) -> KubeCluster:
        """Return a cluster of the administrator."""
        source = kubeconfig_file(self.api.kubeconfig(), "", Allowed(files=True))
        return self.kube.cluster(ClusterName("real"), source, manager)

    def forget_history(self) -> None:
        """Start anew, unless that was just done: it empties what a server keeps for watches."""
        if not self.started_anew:
            self.api.kill()
            self.start()

    def stop(self) -> None:
        """End it as a crash does."""
        self.api.kill()

    def start(self) -> None:
        """Start it over the same data."""
        self.api.start()
        self.started_anew = True


@contextlib.contextmanager
def real_server(api: ApiServer) -> Iterator[RealServer]:
    """Give a server, and close what a test opened to it."""
    kube = KubeClient(SystemClock(), SystemRng(), Limits(unserved_retry_s=0.2))
    try:
        yield RealServer(api, kube, SystemClock())
    finally:
        kube.close()


def fake_server() -> FakeServer:
    """Return an empty server in memory."""
    return FakeServer(FakeKubeServer(FakeClock()))


def config_map(name: str, data: Json, namespace: str = "default", **metadata: Any) -> Json:
    """Return a ConfigMap."""
    where = {"name": name, "namespace": namespace, **metadata}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": where, "data": data}


def namespace(name: str) -> Json:
    """Return a Namespace."""
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}


def definition() -> Json:
    """Return the definition of Widgets, whose fields are free."""
    free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": free, "status": free}}}
    version = {"name": "v1", "served": True, "storage": True, "schema": schema}
    names = {"kind": "Widget", "plural": "widgets", "singular": "widget", "listKind": "WidgetList"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"widgets.{WIDGETS}"},
        "spec": {
            "group": WIDGETS,
            "names": names,
            "scope": "Namespaced",
            "versions": [{**version, "subresources": {"status": {}}}],
        },
    }


def widget(name: str, spec: Json) -> Json:
    """Return a Widget."""
    where = {"name": name, "namespace": "default"}
    return {"apiVersion": f"{WIDGETS}/v1", "kind": "Widget", "metadata": where, "spec": spec}


def applied(cluster: KubeCluster, *bodies: Json) -> Sequence[LiveObject]:
    """Apply objects that nothing speaks against."""
    return [one.object() for one in cluster.write([Apply(body) for body in bodies])]


def key_of(body: Json) -> ObjectKey:
    """Return the key of an object of a test."""
    metadata = body["metadata"]
    group = body["apiVersion"].rpartition("/")[0]
    return ObjectKey(group, body["kind"], metadata.get("namespace", ""), metadata["name"])
