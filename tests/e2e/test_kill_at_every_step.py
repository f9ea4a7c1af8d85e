"""Killed right after any durable step and started again, the fleet converges, and Envoy serves."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from libs.kernel.ids import ClusterName
from libs.kernel.inventory import Phase, RoundState
from services.compiler import steps as compiler_steps
from services.gitwatcher import steps as gitwatcher_steps
from services.reconciler import steps as reconciler_steps
from services.xds import steps as xds_steps
from tests.e2e.kubestack import CLUSTER, FLEET, config_map
from tests.e2e.pushes import Watched
from tests.e2e.smallfleet import Processes, route_to, until
from tests.e2e.stack import Stack, running_stack
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer
from tools.up.options import UpOptions

STEPS = [
    *((("gitwatcher", step)) for step in gitwatcher_steps.ALL),
    *((("compiler", step)) for step in compiler_steps.ALL),
    *((("xds", step)) for step in xds_steps.ALL),
]
RECONCILER_STEPS = [("reconciler", step) for step in reconciler_steps.ALL]
LEASE = "/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/periplus-reconciler"
MAPS = "/api/v1/namespaces/default/configmaps"


@pytest.fixture
def stack(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A small fleet on which the first commit, everything to v1, is live."""
    with running_stack(tmp_path) as running:
        yield running


@pytest.mark.parametrize(("service", "step"), STEPS, ids=[step for _, step in STEPS])
def test_a_service_killed_after_a_step_converges_when_started_again(
    stack: Stack, service: str, step: str
) -> None:
    """The step is hit, the next commit goes live all the same, and no request fails meanwhile."""
    with stack.load.constant():
        stack.processes.stop(service)
        stack.processes.start(service, kill_at=step)
        commit = stack.push({"configs/hello/route.yaml": route_to("v2")})
        stack.processes.wait_killed(service)
        stack.processes.start(service)
        until(lambda: stack.load.once() == "v2", f"v2 is served after a kill at {step}")
        until(lambda: stack.live_commit() == commit, f"{commit} is recorded as live")
    assert stack.load.failed == []


def test_a_reconciler_killed_after_each_step_of_one_commit_ends_it(
    kube_fleet: Fleet, tmp_path: Path
) -> None:
    """Four deaths on the way, one at each step: nothing is orphaned, and nothing of others goes."""
    (server,) = pooled(kube_fleet)
    server.call("POST", MAPS, _body("theirs"))
    up = UpOptions("", tmp_path / "state", kubeconfig=server.kubeconfig())
    processes = Processes.of(up)
    watched = Watched.create(tmp_path, up.store)
    try:
        watched.push(_files(server, config_map("kept") + config_map("pruned")))
        processes.start("reconciler")
        _settled(watched, ["base", "kept", "pruned", "theirs"], server)
        processes.stop("reconciler")
        watched.push(_files(server, config_map("kept", "2") + config_map("new")))
        for _, step in RECONCILER_STEPS:
            # Nobody else is there to take over: the dead owner's lease need not run out.
            server.call("DELETE", LEASE)
            processes.start("reconciler", kill_at=step)
            processes.wait_killed("reconciler")
        server.call("DELETE", LEASE)
        processes.start("reconciler")
        _settled(watched, ["base", "kept", "new", "theirs"], server)
        assert server.call("GET", f"{MAPS}/kept").body["data"] == {"value": "2"}
        inventory = watched.store.inventory(ClusterName(server.name))
        assert {one.key.name for one in inventory} == {"base", "kept", "new"}
        assert {one.phase for one in inventory} == {Phase.APPLIED}
    finally:
        processes.stop_all()
        watched.store.close()


def _body(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


def _files(server: ApiServer, shop: str) -> dict[str, bytes | None]:
    return {
        "fleet.yaml": (FLEET % "").encode(),
        "configs/shop/all.yaml": shop.encode(),
        "configs/base/all.yaml": config_map("base").encode(),
        f"clusters/{server.name}/cluster.yaml": (CLUSTER % (server.name, server.name)).encode(),
    }


def _settled(watched: Watched, names: list[str], server: ApiServer) -> None:
    """Wait until the newest revision is carried out and these objects are there."""

    def is_so() -> bool:
        newest = watched.newest.id
        done = [one for one in watched.store.reports() if one.state is RoundState.DONE]
        listed = [one["metadata"]["name"] for one in server.call("GET", MAPS).body["items"]]
        return [one.revision for one in done] == [newest] and sorted(listed) == names

    until(is_so, f"the cluster has {names}")


def test_every_durable_step_of_every_service_is_in_the_list() -> None:
    """A step that a service gains is killed at from that day on."""
    for service, module in [
        ("gitwatcher", gitwatcher_steps),
        ("reconciler", reconciler_steps),
        ("compiler", compiler_steps),
        ("xds", xds_steps),
    ]:
        named = {
            value
            for name, value in vars(module).items()
            if name.isupper() and isinstance(value, str)
        }
        tried = {step for of, step in [*STEPS, *RECONCILER_STEPS] if of == service}
        assert named == set(module.ALL) == tried
