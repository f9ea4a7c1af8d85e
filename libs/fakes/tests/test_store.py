"""Tests of what only the twin in memory can do; the rest is in the contract of all stores."""

from libs.fakes.store import FakeStore
from libs.kernel.ids import ObjectHash
from libs.kernel.origins import ObjectKey
from libs.kernel.revisions import StoredObject


def test_what_was_read_does_not_change_later() -> None:
    """A caller may keep a mapping while others write."""
    store = FakeStore()
    first = store.objects([ObjectHash("a")])
    targets = store.targets()
    item = StoredObject(ObjectHash("a"), ObjectKey("", "Service", "default", "a"), b"{}")
    store.add_contents([item], [])
    assert first == {}
    assert targets == {}
    assert store.objects([ObjectHash("a")]) == {item.hash: item}
