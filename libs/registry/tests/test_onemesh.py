"""Services of several clusters as one."""

from libs.kernel.ids import ClusterName
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service
from libs.registry.build import build_registry
from libs.registry.onemesh import Remote, one_mesh
from libs.registry.settings import RegistrySettings

HOST = "hello.app1.svc.cluster.local"


def _cluster(address: str, version: str) -> tuple[MeshObject, ...]:
    """One service with one Pod; both clusters have the same names for everything."""
    port = {"port": 5000, "name": "http"}
    where = {"name": "hello", "namespace": "app1"}
    labels = {"kubernetes.io/service-name": "hello"}
    target = {"kind": "Pod", "name": "hello-a"}
    service = {"metadata": where, "spec": {"ports": (port,), "selector": {"app": "hello"}}}
    pod = {"name": "hello-a", "namespace": "app1", "labels": {"version": version}}
    found = {
        "metadata": {"name": "hello-1", "namespace": "app1", "labels": labels},
        "address_type": "IPv4",
        "endpoints": ({"addresses": (address,), "target_ref": target},),
        "ports": (port,),
    }
    return (
        Service.model_validate(service),
        EndpointSlice.model_validate(found),
        Pod.model_validate({"metadata": pod, "spec": {"containers": ()}}),
    )


def test_endpoints_of_all_clusters_are_there_each_with_its_own_pod() -> None:
    """Equal names in two clusters are two things; the network is that of the other cluster."""
    remote = Remote(ClusterName("cluster2"), _cluster("10.2.0.1", "v2"), "n2")
    registry = build_registry(one_mesh(_cluster("10.1.0.1", "v1"), [remote]))
    found = {one.address: (one.labels["version"], one.network) for one in registry.endpoints[HOST]}
    assert found == {"10.1.0.1": ("v1", ""), "10.2.0.1": ("v2", "n2")}


def test_a_service_of_another_cluster_alone_is_known() -> None:
    """Calls can go there, whether its name resolves here or not."""
    remote = Remote(ClusterName("cluster2"), _cluster("10.2.0.1", "v2"))
    registry = build_registry(one_mesh((), [remote]))
    assert [one.address for one in registry.endpoints[HOST]] == ["10.2.0.1"]


def test_a_host_that_is_local_has_the_endpoints_of_its_own_cluster_only() -> None:
    """Those of others are not even known, whatever their cluster says."""
    remote = Remote(ClusterName("cluster2"), _cluster("10.2.0.1", "v2"), "n2")
    facts = one_mesh(_cluster("10.1.0.1", "v1"), [remote])
    registry = build_registry(
        facts, settings=RegistrySettings(local_hosts=("*.app1.svc.cluster.local",))
    )
    assert [one.address for one in registry.endpoints[HOST]] == ["10.1.0.1"]
