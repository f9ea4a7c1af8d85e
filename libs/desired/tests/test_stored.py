"""Tests of reading what a stored revision means for a cluster."""

from dataclasses import replace

import pytest

from libs.desired.stored import RevisionReader
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, TreeHash
from libs.kernel.looperrors import TransientError
from services.reconciler.tests.commits import Commits
from services.reconciler.tests.places import CLUSTER, FLEET, config_map

ONE = ClusterName("one")


def test_a_revision_gives_the_objects_of_a_cluster() -> None:
    """They come with set and place, and those of earlier revisions stay what they were."""
    store = FakeStore()
    commits = Commits(store, FLEET, [CLUSTER])
    first = commits.commit({"shop": config_map("a"), "bank": config_map("b")})
    second = commits.commit({"shop": config_map("c")})
    reader = RevisionReader(store)
    found = {}
    for revision in (first, second):
        placed = reader.objects(ONE, reader.view(revision), revision)
        found[revision.id] = [(one.set, one.key.name, one.item.origin.file) for one in placed]
    assert found[first.id] == [
        ("shop", "a", "configs/shop.yaml"),
        ("bank", "b", "configs/bank.yaml"),
    ]
    assert found[second.id] == [("shop", "c", "configs/shop.yaml")]


def test_what_is_in_use_is_read_once() -> None:
    """The same object is the same value in two revisions, until a trim names neither of them."""
    store = FakeStore()
    commits = Commits(store, FLEET, [CLUSTER])
    first = commits.commit({"shop": config_map("a")})
    second = commits.commit({"shop": config_map("a") + config_map("b")})
    reader = RevisionReader(store)
    one = reader.objects(ONE, reader.view(first), first)[0].item.object
    assert reader.objects(ONE, reader.view(second), second)[0].item.object is one
    reader.trim([second])
    assert reader.objects(ONE, reader.view(second), second)[0].item.object is one
    reader.trim([])
    again = reader.objects(ONE, reader.view(second), second)[0].item.object
    assert again == one
    assert again is not one


def test_a_missing_part_is_waited_for() -> None:
    """A store that lacks a manifest makes no cluster empty."""
    store = FakeStore()
    revision = Commits(store, FLEET, [CLUSTER]).commit({"shop": config_map("a")})
    lost = replace(revision, sets=(replace(revision.sets[0], tree=TreeHash("lost")),))
    reader = RevisionReader(store)
    with pytest.raises(TransientError, match="lost"):
        reader.objects(ONE, reader.view(revision), lost)
