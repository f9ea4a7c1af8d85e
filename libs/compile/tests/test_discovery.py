"""Namespaces that a mesh does not look at."""

from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import sidecar
from libs.compile.world import World, build_world, changed_world, followed_world
from libs.kernel import xds
from libs.kernel.ids import ClusterName
from libs.kernel.origins import Origin
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parse import parse_file
from libs.meshapi.selectors import LabelSelector, Requirement

_MESH = MeshConfig(
    discovery_selectors=(
        LabelSelector(match_labels={"mesh": "in"}),
        LabelSelector(match_labels={"kubernetes.io/metadata.name": "default"}),
    )
)
_SERVICES = """
{apiVersion: v1, kind: Service, metadata: {name: here}, spec: {ports: [{port: 80}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: there, namespace: shop}, spec: {ports: [{port: 80}]}}
"""  # noqa: E501 - YAML reads better in one line
_SHOP = "{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {mesh: MARK}}}"


def _placed(text: str) -> list[tuple[MeshObject, Origin]]:
    return [(one.object, one.origin) for one in parse_file("a.yaml", text.encode()).objects]


def _world(*texts: str) -> World:
    objects = [one for text in texts for one in _placed(text)]
    return build_world(objects, ClusterName("default"), _MESH)


def _hosts(world: World) -> set[str]:
    return {host.partition(".")[0] for host in world.registry.services}


_IN, _OUT = _SHOP.replace("MARK", "in"), _SHOP.replace("MARK", "out")


def test_only_namespaces_that_a_selector_takes_count() -> None:
    """Any of several selectors is enough; a name counts without an object of the namespace."""
    assert _hosts(_world(_SERVICES)) == {"here"}
    assert _hosts(_world(_SERVICES, _OUT)) == {"here"}
    assert _hosts(_world(_SERVICES, _IN)) == {"here", "there"}


def test_a_namespace_counts_from_when_its_labels_say_so_until_they_do_not() -> None:
    """A world that was changed is the one that is built of the same objects."""
    world = _world(_SERVICES, _OUT)
    joined = changed_world(world, (), _placed(_IN))
    assert joined == _world(_SERVICES, _IN)
    left = changed_world(joined, (), _placed(_OUT))
    assert left == world
    proxies = [compile_snapshot(one, sidecar()).snapshot for one in (joined, left)]
    assert [len(one.of(xds.CLUSTER)) for one in proxies] == [4, 3]


def test_what_does_not_count_may_change_and_go_without_a_trace() -> None:
    """It is neither there again, nor there once its namespace counts."""
    world = _world(_SERVICES)
    there = _placed(_SERVICES)[1]
    assert followed_world(world, _placed(_SERVICES)) == world
    gone = changed_world(world, [there[0].key], ())
    assert _hosts(changed_world(gone, (), _placed(_IN))) == {"here"}
    assert gone.undiscovered.objects == {}


def test_a_selector_of_expressions_takes_what_it_does_not_exclude() -> None:
    """As in Kubernetes, a label that is absent is in no list."""
    excluded = Requirement(key="mesh", operator="NotIn", values=("out",))
    mesh = MeshConfig(discovery_selectors=(LabelSelector(match_expressions=(excluded,)),))
    for text, hosts in ((_OUT, {"here"}), ("", {"here", "there"})):
        objects = [*_placed(_SERVICES), *_placed(text)]
        assert _hosts(build_world(objects, ClusterName("default"), mesh)) == hosts
