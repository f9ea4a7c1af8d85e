"""Tests of what clusters are to become."""

from dataclasses import replace

import pytest

from libs.desired.members import PlacedObject
from libs.desired.stored import RevisionReader
from libs.fakes.store import FakeStore
from libs.kernel.ids import RevisionId, SetName
from libs.kernel.looperrors import TransientError
from services.reconciler.direction import FixedDirection, StoredDirection
from services.reconciler.tests.commits import Commits, parsed
from services.reconciler.tests.places import CLUSTER, FLEET, NAME, config_map


def test_a_target_that_moved_is_not_the_newest() -> None:
    """Only the very target that the Store has is."""
    store = FakeStore()
    commits = Commits(store, FLEET, [CLUSTER])
    commits.commit({"shop": config_map("a")})
    direction = StoredDirection(store, RevisionReader(store))
    first = store.targets()[NAME]
    assert direction.is_newest(first)
    commits.commit({"shop": config_map("b")})
    assert not direction.is_newest(first)


def test_files_and_store_mean_the_same() -> None:
    """The same objects give the same manifests, wherever they are read from."""
    store = FakeStore()
    revision = Commits(store, FLEET, [CLUSTER]).commit({"shop": config_map("a")})
    stored = StoredDirection(store, RevisionReader(store))
    placed = [
        PlacedObject(one, SetName("shop")) for one in parsed("configs/shop.yaml", config_map("a"))
    ]
    fixed = FixedDirection(RevisionReader(store).view(revision), {NAME: placed})
    wanted = stored.wanted(NAME, revision.id, ())
    assert fixed.wanted(NAME, revision.id, ()) == wanted
    assert [one.key.name for one in wanted.desired.values()] == ["a"]
    assert fixed.is_newest(replace(store.targets()[NAME], generation=99))


def test_a_revision_that_is_not_there_is_waited_for() -> None:
    """It is no empty cluster."""
    store = FakeStore()
    with pytest.raises(TransientError, match="not in the store"):
        StoredDirection(store, RevisionReader(store)).wanted(NAME, RevisionId("r9"), ())
