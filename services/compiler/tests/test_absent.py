"""A proxy that does not come back is gone; one that comes back in time never was."""

from libs.kernel.ids import ClusterName, ProxyId
from libs.kernel.proxies import ProxyRecord, SyncStatus
from services.compiler.absent import ABSENT_S_MAX, LOOK_EVERY_S, Absence

RECORD = ProxyRecord(
    ProxyId("p"), ClusterName("east"), SyncStatus.SYNCED, None, None, None, carried=False
)


def test_a_proxy_that_stays_away_is_gone_after_the_allowed_time() -> None:
    """Not before, counted from when it was first missed."""
    absence = Absence()
    assert absence.look([RECORD], set(), 100.0) == ()
    assert absence.look([RECORD], set(), 100.0 + ABSENT_S_MAX - 1) == ()
    (gone,) = absence.look([RECORD], set(), 100.0 + ABSENT_S_MAX)
    assert gone.status is SyncStatus.GONE


def test_a_proxy_that_was_seen_meanwhile_begins_anew() -> None:
    """A reconnect resets the count."""
    absence = Absence()
    absence.look([RECORD], set(), 0.0)
    absence.look([RECORD], {RECORD.id}, ABSENT_S_MAX - 1)
    assert absence.look([RECORD], set(), ABSENT_S_MAX + 1) == ()


def test_records_are_looked_at_only_now_and_then() -> None:
    """A busy Store does not make the compiler read all proxies at every write."""
    absence = Absence()
    assert absence.is_due(0.0)
    absence.look([], set(), 0.0)
    assert not absence.is_due(LOOK_EVERY_S - 1)
    assert absence.is_due(LOOK_EVERY_S)
