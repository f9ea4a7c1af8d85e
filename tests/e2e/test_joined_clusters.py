"""One mesh over two real API servers: scenario S6, steps 1 to 4, and a third that may not join.

Workloads are plain objects with servers of ours behind their addresses; the caller is an Envoy.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e import smallfleet
from tests.e2e.answers import answering
from tests.e2e.podaddresses import on_this_machine
from tests.e2e.smallfleet import Load, Processes, until
from tests.e2e.stack import caller_bootstrap
from tools.child.ports import free_ports
from tools.cli.main import main
from tools.envoy.process import EnvoyProcess
from tools.gitremote.remote import Clone, GitRemote
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer
from tools.up.options import UpOptions

ADDRESSES = {"v1": "198.18.71.1", "v2": "198.18.72.1"}
PORT = 5000
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east, labels: {env: test}}
spec:
  connection: {context: pool1}
"""
PATIENCE_S = 60.0


def make(server: ApiServer, path: str, body: Mapping[str, Any]) -> None:
    """Create an object."""
    answer = server.call("POST", path, body)
    assert answer.status == 201, answer


def workload(server: ApiServer, version: str) -> None:
    """Make the Pod of a version, and the slice that a controller would make of it."""
    container = {"name": "c", "image": "example.com/hello:1"}
    labels = {"app": "hello", "version": version}
    pod = {"metadata": {"name": "hello-0", "labels": labels}, "spec": {"containers": [container]}}
    make(server, "/api/v1/namespaces/default/pods", pod)
    target = {"kind": "Pod", "name": "hello-0", "namespace": "default"}
    endpoint = {"addresses": [ADDRESSES[version]], "targetRef": target}
    slice_ = {
        "metadata": {"name": "hello-1", "labels": {"kubernetes.io/service-name": "hello"}},
        "addressType": "IPv4",
        "endpoints": [{**endpoint, "conditions": {"ready": True}}],
        "ports": [{"name": "http", "port": PORT, "protocol": "TCP"}],
    }
    make(server, "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices", slice_)


def service(server: ApiServer) -> None:
    """Make the service itself."""
    spec = {
        "ports": [{"name": "http", "port": 8000, "targetPort": PORT}],
        "selector": {"app": "hello"},
    }
    make(
        server, "/api/v1/namespaces/default/services", {"metadata": {"name": "hello"}, "spec": spec}
    )


@dataclass(frozen=True)
class Mesh:
    """What the tests touch."""

    servers: tuple[ApiServer, ...]
    config: str
    clone: Clone
    load: Load

    def answers(self) -> set[str]:
        """Ask some times; return what came back."""
        return {self.load.once() for _ in range(20)}

    def push(self, files: Mapping[str, str]) -> None:
        """Commit and push."""
        self.clone.push_files({name: text.encode() for name, text in files.items()})


@contextmanager
def running(fleet: Fleet, folder: Path) -> Iterator[Mesh]:
    """Take three API servers, start the services, and the caller's Envoy."""
    servers = pooled(fleet, 3)
    config = folder / "config"
    config.write_text(json.dumps(kubeconfig(servers)), encoding="utf-8")
    address = smallfleet.fresh_loopback_address()
    (xds_port,) = free_ports(1)
    with ExitStack() as stack:
        stack.enter_context(on_this_machine(*ADDRESSES.values()))
        for version, place in ADDRESSES.items():
            stack.enter_context(answering(version, (place, PORT)))
        origin = GitRemote(folder / "fleet.git")
        clone = origin.clone(folder / "work")
        mesh = Mesh(servers, str(config), clone, Load(address))
        mesh.push(
            {
                "fleet.yaml": smallfleet.FLEET,
                "clusters/east/cluster.yaml": CLUSTER,
                "clusters/east/caller.yaml": smallfleet.caller(address),
                "configs/hello/subsets.yaml": smallfleet.SUBSETS,
            }
        )
        up = UpOptions(
            str(origin.path),
            folder / "state",
            xds_address=f"127.0.0.1:{xds_port}",
            trigger_address="",
            kubeconfig=config,
            home_context=servers[0].name,
            poll_s=0.05,
            rollouts=False,
        )
        processes = Processes.of(up)
        stack.callback(processes.stop_all)
        for name in processes.specs.keys() - {"reconciler"}:
            processes.start(name)
        envoy = EnvoyProcess(caller_bootstrap(address, xds_port), folder=folder / "envoy")
        stack.enter_context(envoy)
        yield mesh


def kubeconfig(servers: tuple[ApiServer, ...]) -> Mapping[str, Any]:
    """Return one kubeconfig with a context for each server."""
    authority = base64.b64encode(servers[0].ca_file.read_bytes()).decode()

    def cluster(one: ApiServer) -> Mapping[str, Any]:
        return {"server": one.url, "certificate-authority-data": authority}

    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": one.name, "cluster": cluster(one)} for one in servers],
        "users": [{"name": one.name, "user": {"token": one.token()}} for one in servers],
        "contexts": [
            {"name": one.name, "context": {"cluster": one.name, "user": one.name}}
            for one in servers
        ],
        "current-context": servers[0].name,
    }


def test_endpoints_of_both_clusters_answer(kube_fleet: Fleet, tmp_path: Path, envoy: Path) -> None:
    """Alone the first answers; joined both do, until a commit sends all to one version."""
    with running(kube_fleet, tmp_path) as mesh:
        for server, version in zip(mesh.servers, ADDRESSES, strict=False):
            workload(server, version)
        service(mesh.servers[1])
        arguments = ["--kubeconfig", mesh.config]
        # The name of a service that is elsewhere resolves here only with a stub.
        assert main(["cluster", "stubs", "--context", mesh.servers[1].name, *arguments]) == 1
        service(mesh.servers[0])
        assert main(["cluster", "stubs", "--context", mesh.servers[1].name, *arguments]) == 0
        until(lambda: mesh.answers() == {"v1"}, "the first cluster answers", PATIENCE_S)
        assert (
            main(["cluster", "join", "cluster3", "--context", mesh.servers[2].name, *arguments])
            == 1
        )
        join = ["cluster", "join", "cluster2", "--context", mesh.servers[1].name, *arguments]
        assert main([*join, "--secret", "n2-k8s-secret"]) == 0
        until(lambda: mesh.answers() == {"v1", "v2"}, "both clusters answer", PATIENCE_S)
        mesh.push({"configs/hello/route.yaml": smallfleet.route_to("v2")})
        until(lambda: mesh.answers() == {"v2"}, "only the second version answers", PATIENCE_S)
