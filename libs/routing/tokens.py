"""Tokens of a request: whether the proxy takes them, and what it notes of them.

Nobody here verifies a signature: a call says which claims its good token has, or that it is a bad
one. A token without that is not decided.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2

from libs.envoy.jwks import NOBODYS
from libs.routing.call import Token
from libs.routing.caller import Caller
from libs.routing.outcome import RefusedError, UndecidedError, understood
from libs.routing.request import Request

FILTER_NAME: Final = "envoy.filters.http.jwt_authn"
_Provider = config_pb2.JwtProvider
_CONFIG = ("providers", "rules", "bypass_cors_preflight", "requirement_map")
_BEARER: Final = "bearer "
_PARAMETER: Final = "access_token"


def check(config: config_pb2.JwtAuthentication, caller: Caller) -> None:
    """Note the claims of a good token. Raises RefusedError for one that is taken nowhere."""
    understood(config, _CONFIG, "jwt_authn")
    request, claims = caller.request, caller.call.claims
    if request is None or not config.rules:
        return
    if not _every_path(config):
        raise UndecidedError("jwt_authn rules for some paths only")
    if caller.call.token is Token.BAD:
        _refuse_bad(config, request)
        return
    if not claims:
        for provider in config.providers.values():
            for place in _places(provider, request):
                raise UndecidedError(f"the token in {place}: give the call its claims")
        return
    taking = [one for one in config.providers.values() if _takes(one, claims)]
    elsewhere = [one for one in config.providers.values() if any(_places(one, request))]
    found = next((one for one in taking if one in elsewhere or not elsewhere), None)
    if taking and found is None:
        raise RefusedError("the token is not where the rule of its issuer looks")
    if found is None and not elsewhere and not any(map(_usual, config.providers.values())):
        return  # nobody looks where tokens are as a rule
    if found is None:
        raise RefusedError(f"no rule takes tokens of issuer `{claims.get('iss', '')}`")
    _take(found, claims, caller)


def _refuse_bad(config: config_pb2.JwtAuthentication, request: Request) -> None:
    """Refuse a token that cannot be verified wherever somebody looks for one."""
    for provider in config.providers.values():
        for place in _places(provider, request):
            raise RefusedError(f"the token cannot be verified that is in {place}")


def _take(provider: _Provider, claims: Mapping[str, Any], caller: Caller) -> None:
    """Note what a provider tells of a token."""
    if provider.local_jwks.inline_string == NOBODYS:
        raise RefusedError("no token of the issuer is good: its keys are not known")
    if provider.audiences and not set(_audiences(claims)) & set(provider.audiences):
        raise RefusedError("the token is for another audience")
    caller.chooses_again = provider.clear_route_cache
    if provider.clear_route_cache and provider.claim_to_headers:
        raise UndecidedError("jwt_authn.claim_to_headers, by which routes may be chosen again")
    if provider.payload_in_metadata:
        spaced = provider.normalize_payload_in_metadata.space_delimited_claims
        payload = {name: _parted(value, name in spaced) for name, value in claims.items()}
        caller.noted[FILTER_NAME] = {provider.payload_in_metadata: payload}


def _every_path(config: config_pb2.JwtAuthentication) -> bool:
    first = config.rules[0]
    return len(config.rules) == 1 and first.match.prefix == "/"


def _takes(provider: _Provider, claims: Mapping[str, Any]) -> bool:
    return not provider.issuer or provider.issuer == claims.get("iss")


def _audiences(claims: Mapping[str, Any]) -> list[str]:
    stated = claims.get("aud", [])
    return [stated] if isinstance(stated, str) else list(stated)


def _parted(value: Any, spaced: bool) -> Any:  # noqa: FBT001 - a property of the claim
    return value.split(" ") if spaced and isinstance(value, str) else value


def _usual(provider: _Provider) -> bool:
    """Say whether a provider looks where tokens are as a rule: it names no places."""
    return not (provider.from_headers or provider.from_params or provider.from_cookies)


def _places(provider: _Provider, request: Request) -> Iterator[str]:
    """Yield the places in a request where the provider finds a token."""
    if _usual(provider):
        if (request.header("authorization") or "").lower().startswith(_BEARER):
            yield "header authorization"
        if request.query_parameter(_PARAMETER) is not None:
            yield f"parameter {_PARAMETER}"
    for place in provider.from_headers:
        given = request.header(place.name.lower())
        if given is not None and place.value_prefix in given:
            yield f"header {place.name}"
    for name in provider.from_params:
        if request.query_parameter(name) is not None:
            yield f"parameter {name}"
    cookies = request.header("cookie") or ""
    for name in provider.from_cookies:
        if f"{name}=" in cookies:
            yield f"cookie {name}"
