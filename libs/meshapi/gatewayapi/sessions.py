"""Parts that HTTPRoute and GRPCRoute share: sessions, timeouts, retries."""

from typing import Annotated, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Model

GatewayDuration = Annotated[str, Field(pattern=patterns.GATEWAY_DURATION)]
"""A duration in whole hours, minutes, seconds and milliseconds."""

StatusCode = Annotated[int, Field(ge=400, le=599)]


class CookieConfig(Model):
    """How long the session's cookie lives."""

    lifetime_type: Literal["Permanent", "Session"] = "Session"


class SessionPersistence(Model):
    """Keeps a client at one endpoint; a permanent cookie needs `absolute_timeout`."""

    session_name: Annotated[str, Field(max_length=128)] | None = None
    absolute_timeout: GatewayDuration | None = None
    type: Literal["Cookie", "Header"] = "Cookie"
    cookie_config: CookieConfig | None = None


class Timeouts(Model):
    """Bounds of a request; `0s` switches one off."""

    request: GatewayDuration | None = None
    backend_request: GatewayDuration | None = None


class Retry(Model):
    """Retries on status codes, besides failures of the connection."""

    codes: tuple[StatusCode, ...] = ()
    attempts: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    backoff: GatewayDuration | None = None
