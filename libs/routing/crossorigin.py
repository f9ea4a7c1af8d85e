"""What the CORS filter does: it answers preflights, and marks answers for permitted origins."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from google.protobuf.any_pb2 import Any as AnyMessage
from protogen.envoy.extensions.filters.http.cors.v3 import cors_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.routing import texts
from libs.routing.decision import Action, Decision, DirectResponse, HeaderSteps, Verdict
from libs.routing.filters import CORS, opened, overriding, type_of
from libs.routing.headers import HeaderOp, HeaderStep
from libs.routing.outcome import understood
from libs.routing.request import Request

_OK: Final = 200
_POLICY = frozenset(
    {
        "allow_origin_string_match",
        "allow_methods",
        "allow_headers",
        "expose_headers",
        "max_age",
        "allow_credentials",
        "forward_not_matching_preflights",
    }
)


@dataclass(frozen=True, slots=True)
class CrossOrigin:
    """Whether the filter answers by itself, and the headers that the client gets from it."""

    answers: bool
    response: tuple[HeaderStep, ...]


def cross_origin(
    http_filters: Iterable[hcm_pb2.HttpFilter],
    overrides: Iterable[Mapping[str, AnyMessage]],
    request: Request,
) -> CrossOrigin | None:
    """Return what the filter does to a request; None where it does nothing.

    `overrides` are the per-filter settings of route, virtual host and so on, the nearest first. Of
    a route that redirects or answers by itself Envoy reads none: it is not to be asked about.
    """
    nearest = list(overrides)
    for one in http_filters:
        if type_of(one.typed_config) == CORS:
            config = overriding(one, nearest)
            return _decided(opened(config, cors_pb2.CorsPolicy), request) if config else None
    return None


def answered(found: CrossOrigin, so_far: Decision) -> None:
    """Note an answer that no route and no other filter takes part in."""
    said, steps = DirectResponse(_OK, ""), HeaderSteps(response=found.response)
    so_far.clusters, so_far.verdict = (), Verdict.RESPOND
    so_far.action = Action(direct_response=said, headers=steps)


def _decided(policy: cors_pb2.CorsPolicy, request: Request) -> CrossOrigin | None:
    understood(policy, _POLICY, "cors")
    origin = request.header("origin")
    if not origin:
        return None
    asked = request.header("access-control-request-method")
    preflight = request.header(":method") == "OPTIONS" and bool(asked)
    permitted = any(texts.matches(one, origin) for one in policy.allow_origin_string_match)
    forward = policy.forward_not_matching_preflights
    forwards = forward.value if policy.HasField("forward_not_matching_preflights") else True
    if not permitted and (forwards or not preflight):
        return None
    marks = [*_marks(policy, origin)] if permitted else []
    return CrossOrigin(preflight, (*marks, *(_allowances(policy) if preflight else ())))


def _marks(policy: cors_pb2.CorsPolicy, origin: str) -> Iterator[HeaderStep]:
    """Yield what every answer to a permitted origin has."""
    yield _set("allow-origin", origin)
    if policy.allow_credentials.value:
        yield _set("allow-credentials", "true")
    if policy.expose_headers:
        yield _set("expose-headers", policy.expose_headers)


def _allowances(policy: cors_pb2.CorsPolicy) -> Iterator[HeaderStep]:
    """Yield what the answer to a preflight has, also to one whose origin is not permitted."""
    said = {
        "allow-credentials": "true" if policy.allow_credentials.value else "",
        "allow-methods": policy.allow_methods,
        "allow-headers": policy.allow_headers,
        "max-age": policy.max_age,
    }
    yield from (_set(name, value) for name, value in said.items() if value)


def _set(name: str, value: str) -> HeaderStep:
    return HeaderStep(HeaderOp.SET, f"access-control-{name}", value)
