"""Worlds follow what the Store says a revision is, and are made again only when it differs."""

import pytest

from libs.fakes.store import FakeStore
from libs.kernel.ids import RevisionId
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import Target
from services.compiler.tests.fleet import EAST, FLEET, SERVICE, accept, manifest
from services.compiler.worlds import WorldReader

ROUTES = """
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: hello}
spec:
  hosts: [hello]
  http: [{timeout: 1s, route: [{destination: {host: hello}}]}]
"""


@pytest.fixture
def store() -> FakeStore:
    """An empty store."""
    return FakeStore()


def test_a_world_holds_the_objects_of_the_sets_that_the_cluster_gets(store: FakeStore) -> None:
    """The service of set `a` is in the registry of the cluster."""
    fleet = manifest(store, "fleet", FLEET)
    world = WorldReader(store).read(accept(store, 1, fleet, manifest(store, "t1", SERVICE)))
    assert list(world.world.registry.services) == ["hello.default.svc.cluster.local"]
    assert world.revision.id == "r1"


def test_a_revision_that_changes_no_object_gives_the_same_world(store: FakeStore) -> None:
    """Another commit, another revision, nothing compiled anew."""
    reader = WorldReader(store)
    fleet = manifest(store, "fleet", FLEET)
    tree = manifest(store, "t1", SERVICE)
    first = reader.read(accept(store, 1, fleet, tree))
    second = reader.read(accept(store, 2, fleet, tree))
    assert second.world is first.world
    assert second.revision.id == "r2"


def test_a_revision_that_changes_one_object_leaves_the_other_tables_alone(store: FakeStore) -> None:
    """What compiling reads of unchanged kinds is the same object, so nothing is made from it."""
    reader = WorldReader(store)
    fleet = manifest(store, "fleet", FLEET)
    first = reader.read(accept(store, 1, fleet, manifest(store, "t1", f"{SERVICE}---{ROUTES}")))
    more = ROUTES.replace("timeout: 1s", "timeout: 2s")
    second = reader.read(accept(store, 2, fleet, manifest(store, "t2", f"{SERVICE}---{more}")))
    assert second.world.registry.services is first.world.registry.services
    assert second.world.rules != first.world.rules
    third = reader.read(accept(store, 3, fleet, manifest(store, "t3", SERVICE)))
    assert third.world.rules == ()


def test_mesh_settings_of_the_fleet_are_part_of_the_world(store: FakeStore) -> None:
    """Other settings make another World of the same objects."""
    reader = WorldReader(store)
    tree = manifest(store, "t1", SERVICE)
    first = reader.read(accept(store, 1, manifest(store, "f1", FLEET), tree))
    other = manifest(store, "f2", FLEET.replace("TRUST", "td.example"))
    second = reader.read(accept(store, 2, other, tree))
    assert second.world is not first.world
    assert second.world.settings.trust_domain == "td.example"


def test_a_target_whose_revision_is_not_there_is_waited_for(store: FakeStore) -> None:
    """A Store that lacks a part is away, not empty."""
    with pytest.raises(TransientError, match="revision r9 is not in the store"):
        WorldReader(store).read(Target(EAST, RevisionId("r9"), 1))
