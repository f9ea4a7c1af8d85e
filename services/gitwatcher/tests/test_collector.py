"""The garbage collector."""

import gc

import pytest

from services.gitwatcher.collector import paused_collector


def test_the_collector_rests_and_comes_back() -> None:
    """After an error as well; one that was off before stays off."""
    with pytest.raises(ValueError, match="broken"):
        fail()
    assert gc.isenabled()


def fail() -> None:
    """Fail in the middle."""
    assert gc.isenabled()
    with paused_collector():
        assert not gc.isenabled()
        with paused_collector():
            pass
        assert not gc.isenabled()
        raise ValueError("broken")
