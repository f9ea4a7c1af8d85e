"""Who calls, as far as a call says it. What Envoy makes of it is held by tables."""

from typing import Any

import pytest

from libs.routing.caller import Caller
from libs.routing.outcome import UndecidedError
from libs.routing.request import request_of
from libs.routing.tests.envoys import call


def _caller(*, verified: bool = True, direct: bool = False, **fields: Any) -> Caller:
    made = call(**fields)
    request = request_of(made, normalize=True, merge_slashes=False)
    return Caller(made, request, verified, direct)


def test_an_identity_is_one_that_the_proxy_checked() -> None:
    """Where TLS is not ended, or no certificate is shown, there is none."""
    source = {"principal": "cluster.local/ns/a/sa/b"}
    assert _caller(tls="mtls", source=source).identity == "spiffe://cluster.local/ns/a/sa/b"
    assert _caller(tls="mtls", source=source, verified=False).identity is None
    assert _caller(tls="tls", source=source).identity is None
    with pytest.raises(UndecidedError):
        _ = _caller(tls="mtls").identity


def test_the_first_caller_is_the_last_that_proxies_name() -> None:
    """Unless the proxy faces clients that nobody vouches for."""
    fields: dict[str, Any] = {
        "headers": {"x-forwarded-for": "203.0.113.1, 203.0.113.2"},
        "source": {"ip": "10.0.0.1"},
    }
    assert _caller(**fields).first_address == "203.0.113.2"
    assert _caller(direct=True, **fields).first_address == "10.0.0.1"
    assert _caller(source={"ip": "10.0.0.1"}).first_address == "10.0.0.1"


def test_an_address_that_the_call_does_not_say_is_not_guessed() -> None:
    """The sentence says what to add."""
    with pytest.raises(UndecidedError, match="give the call a source ip"):
        _ = _caller().address
