"""Tests of join tokens in a database, beyond their contract."""

from pathlib import Path

from libs.adapters.sql.store import open_store
from libs.kernel.ids import ClusterName
from libs.ports.jointokens import JoinToken


def test_tokens_wake_no_control_loop(tmp_path: Path) -> None:
    """Nobody who waits for a change of the fleet has anything to do because a host joins."""
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    before = store.change_token()
    store.add_join_token(JoinToken("a", ClusterName("east"), "shop", "cart", 10.0), 1.0)
    assert store.spend_join_token("a", 1.0)
    assert store.change_token() == before
    store.close()
