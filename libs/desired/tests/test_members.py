"""Which objects a cluster gets."""

from dataclasses import dataclass

import pytest

from libs.desired.fleetview import FleetView, plain_view, stored_view
from libs.desired.members import members_for, sets_for
from libs.kernel.ids import ClusterName, ObjectHash, SetName
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.revisions import ManifestEntry
from libs.meshapi.fleet import Cluster, Fleet, FleetSet, FleetSpec
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import LabelSelector, Requirement

EAST, WEST = ClusterName("east"), ClusterName("west")


def cluster(name: str, **labels: str) -> Cluster:
    """Return a static cluster."""
    return Cluster(metadata=Metadata(name=name, labels=labels))


def view(**selectors: LabelSelector) -> FleetView:
    """Return a fleet with a set for each selector, and clusters east (prod) and west (test)."""
    sets = tuple(
        FleetSet(name=name, paths=(name,), clusters=one) for name, one in selectors.items()
    )
    fleet = Fleet(metadata=Metadata(name="example"), spec=FleetSpec(sets=sets))
    return stored_view([fleet, cluster("east", env="prod"), cluster("west", env="test")])


@dataclass(frozen=True)
class Thing:
    """Something with a key."""

    key: ObjectKey


def thing(name: str, kind: str = "Service", namespace: str = "default") -> Thing:
    """Return a thing by its name."""
    return Thing(ObjectKey("", kind, namespace, name))


@pytest.mark.parametrize(
    ("selector", "expected"),
    [
        (LabelSelector(), [EAST, WEST]),
        (LabelSelector(match_labels={"env": "prod"}), [EAST]),
        (LabelSelector(match_labels={"env": "prod", "region": "us"}), []),
        (
            LabelSelector(
                match_expressions=(Requirement(key="env", operator="In", values=("test", "dev")),)
            ),
            [WEST],
        ),
        (
            LabelSelector(match_expressions=(Requirement(key="region", operator="DoesNotExist"),)),
            [EAST, WEST],
        ),
    ],
    ids=["all", "label", "two labels", "one of", "absent"],
)
def test_a_set_goes_to_the_clusters_that_it_selects(
    selector: LabelSelector, expected: list[ClusterName]
) -> None:
    """Without a selector a set goes everywhere; all conditions of one hold together."""
    fleet = view(shop=selector)
    assert [name for name in fleet.clusters if SetName("shop") in sets_for(name, fleet)] == expected


def test_a_cluster_gets_its_own_folder_and_no_other() -> None:
    """The set of a cluster's folder is that cluster's alone."""
    fleet = view(shop=LabelSelector())
    assert sets_for(EAST, fleet) == (SetName("clusters/east"), SetName("shop"))
    assert sets_for(ClusterName("gone"), fleet) == ()
    assert sets_for(ClusterName("default"), plain_view()) == (SetName("default"),)


def test_objects_come_by_kind_namespace_and_name() -> None:
    """Neither the order of sets nor that of files shows; each object knows its set."""
    contents = {
        SetName("shop"): [thing("b"), thing("a", "Gateway")],
        SetName("clusters/east"): [thing("a"), thing("z", namespace="a")],
        SetName("clusters/west"): [thing("never")],
    }
    found = members_for(EAST, view(shop=LabelSelector()), contents)
    assert [(str(one.key), one.set) for one in found] == [
        ("Gateway default/a", "shop"),
        ("Service a/z", "clusters/east"),
        ("Service default/a", "clusters/east"),
        ("Service default/b", "shop"),
    ]


def test_a_set_without_contents_gives_nothing() -> None:
    """A set that was never good is simply not there."""
    assert members_for(EAST, view(shop=LabelSelector()), {}) == ()


def test_the_choice_is_the_same_for_entries_of_a_manifest() -> None:
    """A compiler selects by what is stored, without any text."""
    entry = ManifestEntry(ObjectHash("h"), thing("a").key, Origin("a.yaml"))
    (found,) = members_for(EAST, view(shop=LabelSelector()), {SetName("shop"): [entry]})
    assert found.item is entry
