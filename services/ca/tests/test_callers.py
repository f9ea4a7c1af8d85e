"""Callers by service account; other ways stand in the tests of signing."""

import asyncio
from collections.abc import Sequence

import pytest
from cryptography import x509

from libs.adapters.cagrpc.calls import RefusalKind, RefusedError
from libs.fakes.clock import FakeClock
from libs.ports.tokenreview import ReviewedAccount
from services.ca.callers import Caller, Callers
from services.ca.tests.harbour import DOMAIN, SHOP, Accounts, a_call


def _unasked(shown: Sequence[x509.Certificate]) -> str:
    raise AssertionError(shown)


def test_a_token_is_reviewed_by_the_cluster_that_the_caller_names() -> None:
    """The same token is another account's in another cluster."""
    east = Accounts({"t": ReviewedAccount("shop", "cart", "cart-1")})
    west = Accounts({"t": ReviewedAccount("shop", "till")})
    callers = Callers(DOMAIN, "east", FakeClock(), _unasked, {"east": east, "west": west})
    known = asyncio.run(callers.known(a_call("t")))
    assert known == Caller(SHOP, "east", "service account token", pod="cart-1")
    assert (
        asyncio.run(callers.known(a_call("t", cluster="west"))).identity.service_account == "till"
    )


def test_a_join_token_needs_a_store() -> None:
    """Without one nobody joins."""
    callers = Callers(DOMAIN, "east", FakeClock(), _unasked)
    with pytest.raises(RefusedError) as caught:
        asyncio.run(callers.known(a_call("pjt-" + "0" * 64)))
    assert caught.value.kind is RefusalKind.UNKNOWN_CALLER
