"""What one identity may have in a minute."""

from libs.fakes.clock import FakeClock
from libs.pki.spiffe import SpiffeId
from services.ca.allowance import IDENTITIES_MAX, Allowance
from services.ca.tests.harbour import DOMAIN, SHOP


def test_windows_begin_with_the_first_use() -> None:
    """A refused try does not lengthen the wait."""
    clock = FakeClock()
    allowance = Allowance(clock, 1)
    assert allowance.take(SHOP)
    clock.advance(59)
    assert not allowance.take(SHOP)
    assert allowance.take(SpiffeId(DOMAIN, "shop", "other"))
    clock.advance(1)
    assert allowance.take(SHOP)


def test_what_is_remembered_is_bounded() -> None:
    """However many identities come."""
    allowance = Allowance(FakeClock(), 1)
    for number in range(IDENTITIES_MAX + 10):
        allowance.take(SpiffeId(DOMAIN, "shop", f"a{number}"))
    assert len(allowance._used) == IDENTITIES_MAX
