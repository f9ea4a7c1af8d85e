"""Pods as what stands behind the endpoints of a slice: labels, identity, network and locality."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod
from libs.meshapi.workloadentry import WorkloadEntrySpec
from libs.registry.workloads import Workload

REGION = "topology.kubernetes.io/region"
ZONE = "topology.kubernetes.io/zone"
SUBZONE = "topology.istio.io/subzone"
NETWORK = "topology.istio.io/network"
LOCALITY = "istio-locality"
"""Label of a Pod that says where it is, whatever its node says: `region.zone.subzone`."""
DEFAULT_ACCOUNT = "default"

PodPlace = tuple[str, str]
"""Namespace and name of a Pod."""


@dataclass(frozen=True, slots=True)
class Pods:
    """Pods by namespace and name, and the locality of each node that says one."""

    pods: Mapping[PodPlace, Pod] = field(default_factory=dict)
    nodes: Mapping[str, str] = field(default_factory=dict)

    def find(self, namespace: str, name: str) -> Workload | None:
        """Return what is known of a Pod. It has no address: slices say where it can be reached."""
        pod = self.pods.get((namespace, name))
        if pod is None:
            return None
        labels = pod.metadata.labels
        spec = WorkloadEntrySpec(
            labels=labels,
            network=labels.get(NETWORK, ""),
            locality=_locality(labels) or self.nodes.get(pod.spec.node_name, ""),
            service_account=pod.spec.service_account_name or DEFAULT_ACCOUNT,
        )
        return Workload(namespace, name, spec, pod.key)

    def changed(
        self, removed: Iterable[MeshObject], added: Iterable[MeshObject]
    ) -> tuple["Pods", frozenset[PodPlace]]:
        """Return the Pods after a change, and those of them that may be described otherwise."""
        gone, new = tuple(removed), tuple(added)
        nodes = _nodes(self.nodes, gone, new)
        old_pods = {_place(one) for one in gone if isinstance(one, Pod)}
        new_pods = {_place(one): one for one in new if isinstance(one, Pod)}
        pods = self.pods
        if old_pods or new_pods:
            kept = {place: one for place, one in pods.items() if place not in old_pods}
            pods = kept | new_pods
        touched = old_pods | new_pods.keys()
        if nodes is not self.nodes:
            moved = {
                name
                for name in nodes.keys() | self.nodes.keys()
                if nodes.get(name) != self.nodes.get(name)
            }
            touched |= {place for place, one in pods.items() if one.spec.node_name in moved}
        return replace(self, pods=pods, nodes=nodes), frozenset(touched)


def _place(pod: Pod) -> PodPlace:
    return pod.namespace, pod.metadata.name


def _locality(labels: Mapping[str, str]) -> str:
    return labels.get(LOCALITY, "").replace(".", "/")


def _nodes(
    known: Mapping[str, str], removed: Iterable[MeshObject], added: Iterable[MeshObject]
) -> Mapping[str, str]:
    gone = [one.metadata.name for one in removed if isinstance(one, Node)]
    new = {one.metadata.name: _of_node(one) for one in added if isinstance(one, Node)}
    if not gone and not new:
        return known
    return {name: one for name, one in known.items() if name not in gone} | new


def _of_node(node: Node) -> str:
    labels = node.metadata.labels
    parts = (labels.get(name, "") for name in (REGION, ZONE, SUBZONE))
    return "/".join(parts).rstrip("/")
