"""Tests of a Store that fails when it is told to."""

import pytest

from libs.fakes.faultystore import FaultyStore
from libs.fakes.store import FakeStore
from libs.kernel.ids import SourceName
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import SourceState

STATE = SourceState(SourceName("config"), None)


def test_a_failing_call_does_nothing() -> None:
    """So many calls fail before they reach the store; the next one works."""
    inner = FakeStore()
    store = FaultyStore(inner)
    store.fail_next(2)
    for _ in range(2):
        with pytest.raises(TransientError, match="before"):
            store.record_source(STATE)
    assert inner.sources() == []
    store.record_source(STATE)
    assert inner.sources() == [STATE]


def test_a_lost_reply_leaves_the_work_done() -> None:
    """The writer sees an error, and the write is there."""
    inner = FakeStore()
    store = FaultyStore(inner)
    store.lose_reply_of_next()
    with pytest.raises(TransientError, match="lost"):
        store.record_source(STATE)
    assert inner.sources() == [STATE]
    assert store.sources() == [STATE]


def test_hooks_see_the_methods_and_may_raise() -> None:
    """A hook in front stops the call, one behind does not undo it."""
    seen: list[str] = []

    def stop_writes(method: str) -> None:
        if method == "record_source":
            raise TransientError("no writes today")

    store = FaultyStore(FakeStore(), before=stop_writes, after=seen.append)
    with pytest.raises(TransientError, match="today"):
        store.record_source(STATE)
    assert store.sources() == []
    assert seen == ["sources"]
