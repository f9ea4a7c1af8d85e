"""Tokens of requests: who signed them, where they are, and what is told of them afterwards."""

from collections.abc import Mapping, Sequence
from typing import Final

from google.protobuf.empty_pb2 import Empty
from protogen.envoy.extensions.filters.http.jwt_authn.v3 import config_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy.anys import pack

FILTER_NAME: Final = "envoy.filters.http.jwt_authn"
PAYLOAD: Final = "payload"
"""Under which the filter notes the claims of a token that it verified."""

Provider = config_pb2.JwtProvider
_Requirement = config_pb2.JwtRequirement


def http_filter(providers: Mapping[str, Provider]) -> hcm_pb2.HttpFilter:
    """Return a filter that refuses wrong tokens, and lets requests without any through.

    With several providers one of them has to take the token, or each the one at its own place.
    """
    config = config_pb2.JwtAuthentication(providers=providers, bypass_cors_preflight=True)
    wanted = config.rules.add()
    wanted.match.prefix = "/"
    single = [_Requirement(provider_name=name) for name in sorted(providers)]
    optional = [_any((one, _Requirement(allow_missing=Empty()))) for one in single]
    if len(optional) == 1:
        wanted.requires.CopyFrom(optional[0])
    else:
        every = _Requirement()
        every.requires_all.requirements.extend(optional)
        wanted.requires.CopyFrom(_any((*single, every)))
    return hcm_pb2.HttpFilter(name=FILTER_NAME, typed_config=pack(config))


def _any(several: Sequence[_Requirement]) -> _Requirement:
    result = _Requirement()
    result.requires_any.requirements.extend(several)
    return result
