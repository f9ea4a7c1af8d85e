"""Who wrote what of a rendered object."""

from libs.desired.provenance import change_at, changes_of, overlay_sets
from libs.desired.tests.rendered import EAST, ROUTE, WEST, files, operations, patch, render
from libs.kernel.ids import ClusterName
from libs.meshapi.parsed import ParsedObject

FILES = files(
    {
        "configs/shop/a.yaml": ROUTE.replace("timeout: 3s", "timeout: ${t:=3s}"),
        "configs/shop/b.patch.yaml": operations(
            "{op: add, path: /spec/http/0, value: {name: first, route: [{destination: {host: x}}]}}"
        ),
        "clusters/east/a.patch.yaml": patch("spec: {hosts: [other]}\nmetadata:\n  labels: {a: b}\n")
        .replace("metadata: {name: reviews}\n", "")
        .replace("  labels:", "  name: reviews\n  labels:"),
    },
    "{t: 9s}",
)


def one(name: ClusterName = EAST) -> ParsedObject:
    """Return the object of a cluster."""
    found = render(FILES, name)
    assert not found.findings
    (placed,) = found.objects
    return placed.item


def test_every_change_is_known_with_its_place_and_set() -> None:
    """A cluster's overlay names its cluster; a variable the place of its definition."""
    assert [
        (one.path, str(one.origin), one.set, one.cluster, [name for name, _ in one.variables])
        for one in changes_of(one())
    ] == [
        (("metadata", "labels"), "clusters/east/a.patch.yaml:6:3", "clusters/east", "east", []),
        (("spec", "hosts"), "clusters/east/a.patch.yaml:3:8", "clusters/east", "east", []),
        (("spec", "http", 0), "configs/shop/b.patch.yaml:5:33", "shop", None, []),
        (("spec", "http", 2, "timeout"), "configs/shop/a.yaml:12:14", "shop", None, ["t"]),
    ]
    ((_, defined),) = changes_of(one())[3].variables
    assert str(defined) == "clusters/east/cluster.yaml:5:18"


def test_parts_that_moved_stand_where_they_were_written() -> None:
    """An item in front does not move the lines of those behind it."""
    places = one().positions
    assert str(places.at(("spec", "http", 2, "route", 0, "weight"))) == "configs/shop/a.yaml:15:15"
    assert str(places.at(("spec", "http", 0, "name"))) == "configs/shop/b.patch.yaml:5:47"
    assert str(places.key_at(("spec", "hosts"))) == "clusters/east/a.patch.yaml:3:8"
    assert str(places.at()) == "configs/shop/a.yaml:1:1"


def test_the_change_behind_a_part_is_found_from_inside_of_it() -> None:
    """None for what the object's own file says."""
    found = change_at(one(), ("spec", "http", 0, "route", 0))
    assert found is not None
    assert found.origin.file == "configs/shop/b.patch.yaml"
    assert change_at(one(), ("spec", "http", 1)) is None
    assert overlay_sets(one()) == ("shop", "clusters/east")


def test_another_cluster_has_its_own_changes() -> None:
    """And a default has no place but its use."""
    assert overlay_sets(one(WEST)) == ("shop",)
    assert changes_of(one(WEST))[-1].variables == (("t", None),)


def test_an_object_without_patches_and_variables_has_no_changes() -> None:
    """It is the parser's own."""
    (placed,) = render(files({"configs/shop/a.yaml": ROUTE})).objects
    assert changes_of(placed.item) == ()
    assert change_at(placed.item, ("spec",)) is None
    assert overlay_sets(placed.item) == ()
