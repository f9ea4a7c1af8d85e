"""Tokens of calls. That they are taken where Envoy takes them is held by tables (tests/agree)."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2

from libs.routing.caller import Caller
from libs.routing.outcome import RefusedError, UndecidedError
from libs.routing.request import request_of
from libs.routing.tests.envoys import call
from libs.routing.tokens import FILTER_NAME, check

_PROVIDER = {"issuer": "a", "audiences": ["tea"], "payload_in_metadata": "payload"}
_GOOD = {"iss": "a", "aud": "tea", "sub": "jason"}


def _checked(*providers: dict[str, Any], **fields: Any) -> Caller:
    known = {f"p{at}": one for at, one in enumerate(providers or (_PROVIDER,))}
    config = {
        "providers": known,
        "rules": [{"match": {"prefix": "/"}, "requires": {"provider_name": "p0"}}],
    }
    made = call(**fields)
    caller = Caller(made, request_of(made, normalize=True, merge_slashes=False), verified=True)
    check(ParseDict(config, config_pb2.JwtAuthentication()), caller)
    return caller


def test_claims_of_a_good_token_are_noted() -> None:
    """For those who ask for them later; without a token there is nothing to note."""
    noted = _checked(claims=_GOOD).noted
    assert noted == {FILTER_NAME: {"payload": _GOOD}}
    assert not _checked().noted


@pytest.mark.parametrize(
    ("claims", "reason"),
    [({"iss": "b"}, "issuer `b`"), ({"iss": "a", "aud": ["cocoa"]}, "another audience")],
)
def test_a_token_of_others_or_for_others_is_refused(claims: dict[str, Any], reason: str) -> None:
    """With the reason."""
    with pytest.raises(RefusedError) as refused:
        _checked(claims=claims)
    assert reason in refused.value.reason


def test_a_token_where_nobody_looks_is_not_seen() -> None:
    """Tokens of no known issuer are taken to be where tokens are as a rule."""
    elsewhere = {"issuer": "a", "from_params": ["t"]}
    assert not _checked(elsewhere, claims={"iss": "b"}).noted
    with pytest.raises(RefusedError):
        _checked(elsewhere, claims={"iss": "b"}, path="/?t=x")


@pytest.mark.parametrize(
    ("provider", "fields", "place"),
    [
        ({}, {"headers": {"authorization": "Bearer x"}}, "header authorization"),
        ({}, {"path": "/?access_token=x"}, "parameter access_token"),
        ({"from_params": ["t"]}, {"path": "/?t=x"}, "parameter t"),
        ({"from_cookies": ["c"]}, {"headers": {"cookie": "c=x"}}, "cookie c"),
        ({"from_headers": [{"name": "X-T"}]}, {"headers": {"x-t": "x"}}, "header X-T"),
    ],
)
def test_a_token_whose_claims_nobody_says_is_not_decided(
    provider: dict[str, Any], fields: dict[str, Any], place: str
) -> None:
    """Nobody here verifies a signature."""
    with pytest.raises(UndecidedError, match=place):
        _checked(_PROVIDER | provider, **fields)


def test_rules_of_one_issuer_may_look_at_different_places() -> None:
    """One of them finds the token, whichever is written first; where none looks it is refused."""
    first, second = ({"issuer": "a", "from_params": [name]} for name in ("t", "u"))
    other = {"issuer": "b", "from_params": ["v"]}
    for path in ("/?t=x", "/?u=x"):
        _checked(first, second, other, claims={"iss": "a"}, path=path)
    with pytest.raises(RefusedError) as refused:
        _checked(first, second, other, claims={"iss": "a"}, path="/?v=x")
    assert "not where the rule" in refused.value.reason


def test_a_bad_token_is_refused_where_somebody_looks_for_it() -> None:
    """And tells nothing anywhere else."""
    here = {"headers": {"authorization": "Bearer x"}}
    with pytest.raises(RefusedError) as refused:
        _checked(token="bad", **here)
    assert refused.value.reason == "the token cannot be verified that is in header authorization"
    elsewhere = {**_PROVIDER, "from_params": ["t"]}
    assert not _checked(elsewhere, token="bad", claims=_GOOD, **here).noted
