"""Where the fleet's own files are, and what is no file to read."""

import pytest

from libs.desired.layout import cluster_of_file, is_yaml, layout, unreadable
from libs.kernel.ids import BlobId, ClusterName
from libs.kernel.messages import Level
from libs.ports.gitrepo import EntryKind, TreeEntry


def entry(path: str, kind: EntryKind = EntryKind.FILE) -> TreeEntry:
    """Return a leaf of a tree."""
    return TreeEntry(path, kind, BlobId(path))


def test_fleet_and_clusters_are_found_by_their_paths() -> None:
    """Only `fleet.yaml` at the root and `clusters/<name>/cluster.yaml` describe the fleet."""
    found = layout(
        [
            entry("clusters/east/cluster.yaml"),
            entry("clusters/east/deeper/cluster.yaml"),
            entry("clusters/west/cluster.yaml"),
            entry("configs/fleet.yaml"),
            entry("fleet.yaml"),
        ]
    )
    assert found.fleet_file == entry("fleet.yaml")
    assert list(found.cluster_files) == [ClusterName("east"), ClusterName("west")]
    assert [one.path for one in found.entries] == [
        "fleet.yaml",
        "clusters/east/cluster.yaml",
        "clusters/west/cluster.yaml",
    ]
    assert found.messages == ()


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (entry("fleet.yaml", EntryKind.SYMLINK), "is a symbolic link and is not followed; write"),
        (entry("fleet.yaml", EntryKind.SUBMODULE), "is a submodule and is not fetched"),
    ],
    ids=["link", "submodule"],
)
def test_a_fleet_file_that_is_no_file_is_refused(bad: TreeEntry, said: str) -> None:
    """A link is never followed, wherever it points."""
    found = layout([bad])
    assert found.fleet_file is None
    (message,) = found.messages
    assert message.level is Level.ERROR
    assert said in message.text


@pytest.mark.parametrize(
    "path", ["a\\x2e\\x2e/b.yaml", "../b.yaml", "a/./b.yaml", "a//b.yaml", "caf\\xe9.yaml"]
)
def test_a_name_that_leads_elsewhere_is_refused(path: str) -> None:
    """Names that had to be escaped, or that walk, are messages and no files."""
    (message,) = unreadable([entry(path)])
    assert (message.code, message.origin.file) == ("PER0201", path)


@pytest.mark.parametrize("name", ["Fleet.yaml", "fleet.yml", "FLEET.YML"])
def test_a_fleet_file_under_a_near_name_is_said(name: str) -> None:
    """A misspelled fleet.yaml is no plain directory."""
    (message,) = layout([entry(name)]).messages
    assert message.text == f"`{name}` is not read; name it `fleet.yaml`"
    assert message.level is Level.ERROR


def test_a_cluster_folder_without_cluster_file_is_said_once() -> None:
    """Its files belong to nobody; other files than YAML do not matter."""
    found = layout(
        [
            entry("clusters/README.md"),
            entry("clusters/east/a.yaml"),
            entry("clusters/east/b.yaml"),
            entry("clusters/west/notes.txt"),
            entry("fleet.yaml"),
        ]
    )
    (message,) = found.messages
    assert message.text.startswith("`clusters/east` has no `cluster.yaml`")
    assert message.level is Level.WARNING


def test_names_of_clusters_and_yaml_files() -> None:
    """A cluster is named by its folder; `.yml` is YAML as well."""
    assert cluster_of_file("clusters/east/cluster.yaml") == ClusterName("east")
    assert cluster_of_file("clusters/east/other.yaml") is None
    assert is_yaml("a/b.yml")
    assert not is_yaml("a/b.json")
