"""Trees of a real repository as sides of a comparison."""

from pathlib import Path

import pytest

from libs.desired.fleetview import own_set
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError
from libs.ports.gitrepo import EntryKind
from services.previewer.reading import Limits, read_side, with_fleet_of
from services.previewer.tests.places import MAIN, Place, files, place_at

_LIMITS = Limits(blob_bytes_max=10_000, tree_bytes_max=20_000)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """Any forge: only its repository is used."""
    found = place_at("gitea", tmp_path)
    found.server.close()
    return found


def test_a_tree_becomes_a_fleet_and_its_objects(place: Place) -> None:
    """Files that are no YAML are none of ours, however long they are."""
    commit = place.remote.commit(files() | {"video.bin": b"x" * 100_000})
    place.shop.repo.fetch(MAIN)
    found = read_side(place.shop.repo, place.shop.repo.entries(commit), _LIMITS)
    assert found.messages == ()
    assert found.side is not None
    assert list(found.side.view.clusters) == ["east"]
    assert {name: len(some) for name, some in found.side.contents.items()} == {
        "shop": 5,
        own_set(ClusterName("east")): 0,
    }


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"long": "#" * 10_001}, "`configs/long.yaml` is longer than 10000 bytes"),
        ({f"part{number}": "#" * 9_000 for number in range(3)}, "longer than 20000 bytes"),
    ],
)
def test_what_is_too_much_is_not_read(place: Place, more: dict[str, str], reason: str) -> None:
    """One file, or all of them together."""
    commit = place.remote.commit(files(**more))
    place.shop.repo.fetch(MAIN)
    with pytest.raises(StalledError, match=reason):
        read_side(place.shop.repo, place.shop.repo.entries(commit), _LIMITS)


def test_links_are_named_and_not_followed(place: Place) -> None:
    """A link out of the repository reads nothing."""
    links = {"configs/link.yaml": EntryKind.SYMLINK}
    tree = files() | {"configs/link.yaml": b"../../../etc/passwd"}
    commit = place.remote.commit(tree, links=links)
    place.shop.repo.fetch(MAIN)
    found = read_side(place.shop.repo, place.shop.repo.entries(commit), _LIMITS)
    (message,) = found.messages
    assert "configs/link.yaml" in str(message)
    assert "symbolic link" in message.text


def test_the_fleet_of_another_tree_replaces_all_of_its_files(place: Place) -> None:
    """Also a cluster that only the head has."""
    base = place.remote.commit(files())
    more = {
        "clusters/west/cluster.yaml": b"kind: Cluster",
        "clusters/west/own.yaml": b"{}",
        "clusters/west/facts.yaml": b"# " + b"x" * 10_000,
    }
    head = place.remote.commit(files(namespace="other") | more, parent=base)
    place.shop.repo.fetch(MAIN)
    entries = [place.shop.repo.entries(one) for one in (base, head)]
    found = {one.path: one.blob for one in with_fleet_of(*entries)}
    assert "clusters/west/cluster.yaml" not in found
    assert "clusters/west/facts.yaml" not in found
    assert "clusters/west/own.yaml" in found
    assert found["fleet.yaml"] == {one.path: one.blob for one in entries[0]}["fleet.yaml"]
