"""Which keys are fetched when, and for how long they count."""

import structlog

from libs.adapters.jwks.web import WebKeySets
from libs.envoy.jwks import NOBODYS
from libs.fakes.clock import FakeClock
from libs.fakes.keysets import FakeKeySets
from libs.kernel.ids import ClusterName
from services.compiler.keysets import REFRESH_S, RETRY_S, KeyCache

_ONE, _OTHER = ClusterName("one"), ClusterName("other")
_AT = "https://a.example/keys"
_NEW = NOBODYS.replace("nobody", "somebody")


def test_keys_are_there_after_they_were_fetched_and_fetched_anew_when_old() -> None:
    """Compiling never waits for them."""
    clock, source = FakeClock(), FakeKeySets({_AT: NOBODYS})
    cache = KeyCache(source, clock)
    assert cache.of(_ONE, [_AT]) == {}
    assert cache.refresh()
    assert cache.known(_ONE) == {_AT: NOBODYS}
    assert not cache.refresh()
    assert source.asked == [_AT]
    source.sets = {_AT: _NEW}
    clock.advance(REFRESH_S)
    assert cache.refresh()
    assert cache.of(_ONE, [_AT]) == {_AT: _NEW}


def test_an_issuer_that_is_away_ends_nothing_and_is_not_pestered() -> None:
    """The last good keys count; what is no key set counts as nothing."""
    clock, source = FakeClock(), FakeKeySets({_AT: NOBODYS})
    cache = KeyCache(source, clock)
    cache.of(_ONE, [_AT])
    cache.refresh()
    source.sets = {_AT: "{}"}
    clock.advance(REFRESH_S)
    assert not cache.refresh()
    assert not cache.refresh()
    assert len(source.asked) == 2
    assert cache.known(_ONE) == {_AT: NOBODYS}
    clock.advance(RETRY_S)
    cache.refresh()
    assert len(source.asked) == 3


def test_an_address_that_leads_inside_is_not_fetched_and_that_is_said() -> None:
    """The line in the log has the address and the way out, and nobody was asked anything."""
    cache = KeyCache(WebKeySets(), FakeClock())
    inside = "http://169.254.169.254:9/latest/credentials"
    cache.of(_ONE, [inside])
    with structlog.testing.capture_logs() as lines:
        assert not cache.refresh()
    (line,) = lines
    assert line["event"] == "keys not fetched"
    assert inside in line["reason"]
    assert "leads inside" in line["reason"]
    assert cache.known(_ONE) == {}


def test_keys_that_no_cluster_uses_are_dropped() -> None:
    """But not those that another one still uses."""
    cache = KeyCache(FakeKeySets({_AT: NOBODYS}), FakeClock())
    cache.of(_ONE, [_AT])
    cache.of(_OTHER, [_AT])
    cache.refresh()
    cache.forget([_ONE])
    assert cache.known(_OTHER)
    cache.forget([_OTHER])
    assert cache.of(_ONE, [_AT]) == {}
