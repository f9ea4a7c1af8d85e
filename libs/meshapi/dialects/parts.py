"""Parts of a RouteRule beside its conditions and destinations, each as today has it."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from libs.meshapi.dialects import routerule
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.matches import StringMatch
from libs.meshapi.problems import Path
from libs.meshapi.virtualservice import (
    CorsPolicy,
    FaultAbort,
    FaultDelay,
    HeaderOperations,
    Headers,
    HTTPFaultInjection,
    HTTPRedirect,
    HTTPRetry,
    HTTPRewrite,
    Percentage,
)

RETRIED = "5xx,connect-failure,refused-stream"
"""What old proxies retried on; today's default is another."""

_FAULT: Path = ("spec", "httpFault")


def redirect(old: routerule.HTTPRedirect | None) -> HTTPRedirect | None:
    """Return the redirect."""
    return None if old is None else HTTPRedirect(uri=old.uri, authority=old.authority)


def rewrite(old: routerule.HTTPRewrite | None) -> HTTPRewrite | None:
    """Return the rewrite."""
    return None if old is None else HTTPRewrite(uri=old.uri, authority=old.authority)


def timeout(rule: RouteRule) -> timedelta | None:
    """Return the deadline of the rule's own; old proxies had one of 15 s without any.

    Source: Istio's documentation of request timeouts, releases 0.8 and 1.0.
    """
    old = rule.spec.http_req_timeout
    return old.simple_timeout.timeout if old is not None and old.simple_timeout else None


def retries(rule: RouteRule) -> HTTPRetry | None:
    """Return the retries of the rule's own; old proxies had none without any."""
    old = rule.spec.http_req_retries
    if old is None or old.simple_retry is None:
        return None
    simple = old.simple_retry
    if not simple.attempts:
        return HTTPRetry(attempts=0)
    return HTTPRetry(
        attempts=simple.attempts, per_try_timeout=simple.per_try_timeout, retry_on=RETRIED
    )


def cors_policy(old: routerule.CorsPolicy | None) -> CorsPolicy | None:
    """Return the cross-origin rules."""
    if old is None:
        return None
    return CorsPolicy(
        allow_origins=tuple(StringMatch(exact=origin) for origin in old.allow_origin),
        allow_methods=old.allow_methods,
        allow_headers=old.allow_headers,
        expose_headers=old.expose_headers,
        max_age=old.max_age,
        allow_credentials=old.allow_credentials,
    )


def headers(appended: Mapping[str, str]) -> Headers | None:
    """Return what is added to requests."""
    return Headers(request=HeaderOperations(add=appended)) if appended else None


def fault(old: Old[RouteRule], run: Run) -> HTTPFaultInjection | None:
    """Return the faults that can still be made; none of those that never struck."""
    spec = old.object.spec.http_fault
    if spec is None:
        return None
    delay = _delay(old, spec.delay, run) if spec.delay is not None else None
    abort = _abort(old, spec.abort, run) if spec.abort is not None else None
    return HTTPFaultInjection(delay=delay, abort=abort) if delay or abort else None


def _delay(old: Old[RouteRule], delay: routerule.FaultDelay, run: Run) -> FaultDelay | None:
    path = (*_FAULT, "delay")
    if delay.fixed_delay is None:
        run.lost(old, path, "only a fixed delay can be made today; write `fixedDelay`")
        return None
    if not delay.percent:
        run.approximate(old, path, "without a `percent` nothing was delayed, so it is left out")
        return None
    share = Percentage(value=delay.percent)
    return FaultDelay(fixed_delay=delay.fixed_delay, percentage=share)


def _abort(old: Old[RouteRule], abort: routerule.FaultAbort, run: Run) -> FaultAbort | None:
    path = (*_FAULT, "abort")
    if abort.http_status is None and not abort.grpc_status:
        run.lost(old, path, "only an HTTP or gRPC status can be made today; write `httpStatus`")
        return None
    if not abort.percent:
        run.approximate(old, path, "without a `percent` nothing was aborted, so it is left out")
        return None
    return FaultAbort(
        http_status=abort.http_status,
        grpc_status=abort.grpc_status or None,
        percentage=Percentage(value=abort.percent),
    )


def note_what_is_no_more(old: Old[RouteRule], run: Run) -> None:
    """Note every part of a rule that today has no place for."""
    for path in _without_place(old.object):
        run.lost(old, path, f"`{'.'.join(map(str, path))}` has no counterpart today; remove it")
    if old.object.spec.websocket_upgrade:
        text = "upgrades to WebSocket are always allowed today"
        run.approximate(old, ("spec", "websocketUpgrade"), text)


def _without_place(rule: RouteRule) -> Iterator[Path]:
    spec = rule.spec
    if spec.l4_fault:
        yield ("spec", "l4Fault")
    for name, one, inner in (
        ("httpReqTimeout", spec.http_req_timeout, "simpleTimeout"),
        ("httpReqRetries", spec.http_req_retries, "simpleRetry"),
    ):
        if one is None:
            continue
        if one.custom:
            yield ("spec", name, "custom")
        simple = one.simple_timeout if isinstance(one, routerule.HTTPTimeout) else one.simple_retry
        if simple is not None and simple.override_header_name:
            yield ("spec", name, inner, "overrideHeaderName")
    if spec.http_fault is not None:
        for name, part in (("delay", spec.http_fault.delay), ("abort", spec.http_fault.abort)):
            if part is not None and part.override_header_name:
                yield (*_FAULT, name, "overrideHeaderName")
