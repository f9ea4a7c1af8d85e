"""Which variables a set has in a cluster."""

from libs.desired.directory import contents_from_files
from libs.desired.tests.rendered import EAST, WEST, cluster, fleet
from libs.desired.variables import variables_of
from libs.kernel.ids import ClusterName, SetName

FILES = {
    "fleet.yaml": fleet(
        "{name: shop, paths: [configs/shop], variables: {a: set, b: set}}",
        "{name: other, paths: [configs/other]}",
        variables="{a: fleet, b: fleet, c: fleet}",
    ),
    "clusters/east/cluster.yaml": cluster("east", "{a: cluster}"),
    "clusters/west/cluster.yaml": cluster("west"),
    "configs/shop/a.yaml": "",
    "configs/other/a.yaml": "",
}


def texts(name: str, where: ClusterName) -> dict[str, str]:
    """Return the variables of a set in a cluster as `text@file:line`."""
    view = contents_from_files({path: text.encode() for path, text in FILES.items()}).view
    assert view is not None
    found = variables_of(where, SetName(name), view)
    return {
        key: f"{one.text}@{one.origin.file}:{one.origin.line}" for key, one in sorted(found.items())
    }


def test_the_nearest_definition_counts() -> None:
    """The cluster's, else the set's, else the fleet's; each with its place."""
    assert texts("shop", EAST) == {
        "a": "cluster@clusters/east/cluster.yaml:5",
        "b": "set@fleet.yaml:7",
        "c": "fleet@fleet.yaml:5",
    }
    assert texts("shop", WEST)["a"] == "set@fleet.yaml:7"
    assert texts("other", WEST)["a"] == "fleet@fleet.yaml:5"
    assert texts("clusters/west", WEST)["b"] == "fleet@fleet.yaml:5"


def test_a_cluster_that_is_not_there_has_what_the_fleet_has() -> None:
    """Nothing of its own is known."""
    assert texts("other", ClusterName("north"))["c"] == "fleet@fleet.yaml:5"
