"""Which file is in which set."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.desired.fleetview import FleetView, fleet_view, plain_view
from libs.desired.sets import SetFiles, set_entries, tree_hash
from libs.kernel.ids import BlobId, SetName
from libs.kernel.messages import Level
from libs.meshapi.parse import parse_file
from libs.ports.gitrepo import EntryKind, TreeEntry

SHOP, EAST = SetName("shop"), SetName("clusters/east")


def view_of(*paths: str) -> FleetView:
    """Return a fleet with set `shop` at these paths, and cluster east."""
    listed = "".join(f"    - {path!r}\n" for path in paths)
    fleet = (
        "apiVersion: periplus.io/v1alpha1\nkind: Fleet\nmetadata: {name: example}\n"
        f"spec:\n  sets:\n  - name: shop\n    paths:\n{listed}"
    )
    cluster = "apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {name: east}\n"
    parsed = (
        *parse_file("fleet.yaml", fleet.encode()).objects,
        *parse_file("clusters/east/cluster.yaml", cluster.encode()).objects,
    )
    view = fleet_view(parsed).view
    assert view is not None
    return view


def entry(path: str, kind: EntryKind = EntryKind.FILE) -> TreeEntry:
    """Return a leaf of a tree."""
    return TreeEntry(path, kind, BlobId(path))


def paths(files: SetFiles) -> list[str]:
    """Return the paths of a set's files."""
    return [one.path for one in files.entries]


TREE = [
    entry("README.md"),
    entry("clusters/east/cluster.yaml"),
    entry("clusters/east/facts.yaml"),
    entry("clusters/east/gateway.yaml"),
    entry("configs/shop/a.yaml"),
    entry("configs/shop/deep/b.yml"),
    entry("configs/shop/notes.txt"),
    entry("configs/shopping/c.yaml"),
    entry("fleet.yaml"),
]


@pytest.mark.parametrize(
    "path", ["configs/shop", "configs/shop/", "./configs/shop", "configs//shop"]
)
def test_a_set_is_the_yaml_files_below_its_paths(path: str) -> None:
    """A path is a folder or a file, never the beginning of a name."""
    found = set_entries(view_of(path), TREE)
    assert paths(found[SHOP]) == ["configs/shop/a.yaml", "configs/shop/deep/b.yml"]
    assert found[SHOP].messages == ()


def test_a_path_may_be_one_file() -> None:
    """A file by its name is in the set, its neighbours are not."""
    assert paths(set_entries(view_of("configs/shop/a.yaml"), TREE)[SHOP]) == ["configs/shop/a.yaml"]


def test_the_whole_tree_is_never_the_fleet_itself() -> None:
    """Even a set at the root has neither fleet.yaml nor a cluster.yaml."""
    found = paths(set_entries(view_of("."), TREE)[SHOP])
    assert "fleet.yaml" not in found
    assert "clusters/east/cluster.yaml" not in found
    assert "configs/shopping/c.yaml" in found


def test_a_cluster_folder_is_a_set() -> None:
    """It has all but the cluster's description and what was seen of it."""
    found = set_entries(view_of("configs/shop"), TREE)[EAST]
    assert paths(found) == ["clusters/east/gateway.yaml"]
    assert found.messages == ()


def test_a_cluster_folder_may_be_empty() -> None:
    """A cluster without objects of its own is nothing to complain about."""
    tree = [one for one in TREE if "gateway" not in one.path and "facts" not in one.path]
    assert set_entries(view_of("configs/shop"), tree)[EAST] == SetFiles((), ())


def test_a_plain_directory_has_every_yaml_file() -> None:
    """There are no cluster folders, and an empty directory is no error."""
    found = set_entries(plain_view(), [entry("a.yaml"), entry("b/c.yml"), entry("d.txt")])
    assert {name: paths(one) for name, one in found.items()} == {
        SetName("default"): ["a.yaml", "b/c.yml"]
    }
    assert set_entries(plain_view(), [])[SetName("default")] == SetFiles((), ())


def test_a_path_that_leads_nowhere_is_an_error_of_its_set() -> None:
    """The message is at the path in fleet.yaml: a wrong path must not look like a deletion."""
    found = set_entries(view_of("configs/shop", "configs/shp"), TREE)[SHOP]
    (message,) = found.messages
    assert str(message) == (
        "fleet.yaml:9:7: error PER0202: no YAML file is at `configs/shp`; "
        "correct the path, or remove it with its set"
    )


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (entry("configs/shop/z.yaml", EntryKind.SYMLINK), "symbolic link"),
        (entry("configs/shop/vendor", EntryKind.SUBMODULE), "submodule"),
        (entry("configs/shop/A.yaml"), "differ in case only"),
        (entry("configs/shop/\\xff.yaml"), "no usable name"),
    ],
    ids=["link", "submodule", "case", "escape"],
)
def test_what_is_no_plain_file_is_an_error_of_its_set(bad: TreeEntry, said: str) -> None:
    """Sets that do not hold it are not concerned."""
    found = set_entries(view_of("configs/shop"), sorted([*TREE, bad]))
    (message,) = found[SHOP].messages
    assert message.level is Level.ERROR
    assert said in message.text
    assert found[EAST].messages == ()


def test_overlays_are_files_of_their_set() -> None:
    """What is in them is for the parser to say."""
    found = set_entries(view_of("configs/shop"), [*TREE, entry("configs/shop/b.patch.yaml")])
    assert "configs/shop/b.patch.yaml" in paths(found[SHOP])
    assert found[SHOP].messages == ()


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
def test_a_directory_that_kustomize_renders_is_taken_as_a_whole(name: str) -> None:
    """Also files that are no YAML; its neighbours are read as they are."""
    tree = [*TREE, entry(f"configs/shop/deep/{name}"), entry("configs/shop/deep/a.properties")]
    found = set_entries(view_of("configs/shop"), tree)[SHOP]
    assert paths(found) == ["configs/shop/a.yaml"]
    (directory,) = found.kustomizations
    assert directory.directory == "configs/shop/deep"
    assert [one.path.rpartition("/")[2] for one in directory.entries] == sorted(
        ["a.properties", "b.yml", name]
    )
    assert directory.origin.file == f"configs/shop/deep/{name}"


def test_facts_elsewhere_are_an_ordinary_file() -> None:
    """Only a cluster's own facts.yaml is special."""
    tree = [*TREE, entry("configs/shop/facts.yaml")]
    assert "configs/shop/facts.yaml" in paths(set_entries(view_of("configs/shop"), tree)[SHOP])


ENTRIES = st.lists(
    st.builds(
        TreeEntry,
        st.text("abc/", min_size=1, max_size=4),
        st.just(EntryKind.FILE),
        st.text("01", min_size=2, max_size=2).map(BlobId),
    ),
    max_size=4,
    unique_by=lambda one: one.path,
)


@given(ENTRIES, ENTRIES)
def test_trees_have_one_hash_exactly_when_they_are_equal(
    one: list[TreeEntry], other: list[TreeEntry]
) -> None:
    """Paths and contents count, their order does not."""
    same = sorted(one) == sorted(other)
    assert (tree_hash(one, "1") == tree_hash(other, "1")) is same
    assert tree_hash(one, "1") == tree_hash(one[::-1], "1")


def test_another_parser_version_is_another_tree() -> None:
    """A release that reads files otherwise takes nothing from a memory of the old one."""
    assert tree_hash([entry("a.yaml")], "1") != tree_hash([entry("a.yaml")], "2")
