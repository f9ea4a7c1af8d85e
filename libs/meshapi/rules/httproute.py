"""Rules of one HTTP rule of a VirtualService."""

from collections.abc import Iterator

from libs.meshapi.matches import StringMatch
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import (
    alternatives,
    duration_problem,
    each,
    empty_keys,
    listing,
    written,
)
from libs.meshapi.schema import suggestion
from libs.meshapi.virtualservice import (
    CorsPolicy,
    Destination,
    Headers,
    HTTPDirectResponse,
    HTTPFaultInjection,
    HTTPMatchRequest,
    HTTPRedirect,
    HTTPRetry,
    HTTPRewrite,
    HTTPRoute,
)

RETRY_CONDITIONS = (
    "5xx",
    "gateway-error",
    "reset",
    "reset-before-request",
    "connect-failure",
    "envoy-ratelimited",
    "retriable-4xx",
    "refused-stream",
    "retriable-status-codes",
    "retriable-headers",
    "http3-post-connect-failure",
    "cancelled",
    "deadline-exceeded",
    "internal",
    "resource-exhausted",
    "unavailable",
)
"""What Envoy can retry on; a status code is allowed as well."""

_MIRROR_SHARES = ("mirror_percentage", "mirrored_percent", "mirror_percent")


def check(path: Path, rule: HTTPRoute) -> Iterator[Problem]:
    """Check one rule: exactly one answer, and every part by itself."""
    yield from _answer(path, rule)
    for index, match in enumerate(rule.match):
        yield from _match((*path, "match", index), match)
    yield from _destinations((*path, "route"), rule)
    yield from duration_problem((*path, "timeout"), rule.timeout, zero=True)
    yield from _parts(path, rule)


def _answer(path: Path, rule: HTTPRoute) -> Iterator[Problem]:
    answers = written(rule, *rule.ALTERNATIVES[0])
    yield from alternatives(path, rule)
    if not answers:
        text = "the rule answers nothing; write one of `route`, `redirect` or `directResponse`"
        yield Problem(path, text)
    if rule.redirect is None and rule.direct_response is None:
        return
    for name in written(rule, "rewrite", "fault"):
        text = (
            f"`{name}` acts on calls to a destination, and {listing(answers)} has none; remove it"
        )
        yield Problem((*path, name), text, at_key=True)


def _parts(path: Path, rule: HTTPRoute) -> Iterator[Problem]:
    if rule.redirect is not None:
        yield from _redirect((*path, "redirect"), rule.redirect)
    if rule.direct_response is not None:
        yield from _direct_response((*path, "directResponse"), rule.direct_response)
    if rule.rewrite is not None:
        yield from _rewrite((*path, "rewrite"), rule.rewrite)
    if rule.retries is not None:
        yield from _retries((*path, "retries"), rule.retries)
    if rule.fault is not None:
        yield from _fault((*path, "fault"), rule.fault)
    yield from _mirrors(path, rule)
    if rule.cors_policy is not None:
        yield from _cors((*path, "corsPolicy"), rule.cors_policy)
    yield from _headers((*path, "headers"), rule.headers)


def _match(path: Path, match: HTTPMatchRequest) -> Iterator[Problem]:
    for name in ("uri", "scheme", "method", "authority"):
        value = getattr(match, name)
        if value is not None:
            yield from _string_match((*path, name), value, may_be_empty=False)
    for name, values in (
        ("headers", match.headers),
        ("withoutHeaders", match.without_headers),
        ("queryParams", match.query_params),
    ):
        yield from empty_keys((*path, name), values, "match")
        for key, value in values.items():
            yield from _string_match((*path, name, key), value, may_be_empty=True)


def _string_match(path: Path, match: StringMatch, *, may_be_empty: bool) -> Iterator[Problem]:
    written_here = [
        name for name in ("exact", "prefix", "regex") if getattr(match, name) is not None
    ]
    if len(written_here) > 1:
        text = f"{listing(written_here)} exclude each other; keep one of them"
        yield Problem((*path, written_here[1]), text, at_key=True)
    if not written_here and not may_be_empty:
        yield Problem(path, "the match is empty; write `exact`, `prefix` or `regex`")
    for name in ("prefix", "regex"):
        if getattr(match, name) == "":
            text = f"`{name}` is empty; write a text, or remove the match to match everything"
            yield Problem((*path, name), text)


def _destinations(path: Path, rule: HTTPRoute) -> Iterator[Problem]:
    for index, entry in enumerate(rule.route):
        yield from destination((*path, index, "destination"), entry.destination)
        yield from _headers((*path, index, "headers"), entry.headers)
    if len(rule.route) > 1 and not any(entry.weight for entry in rule.route):
        yield Problem(path, "no destination has a `weight`; write one of at least 1")


def destination(path: Path, value: Destination) -> Iterator[Problem]:
    """Check a destination by itself: any host but that of everybody."""
    wild = value.host != names.ANYWHERE  # hosts that are looked up when somebody asks for one
    fault = None if names.is_ip(value.host) else names.host_fault(value.host, wildcard=wild)
    if fault is not None:
        yield Problem((*path, "host"), fault)


def _mirrors(path: Path, rule: HTTPRoute) -> Iterator[Problem]:
    if rule.mirror is None:
        for name in written(rule, *_MIRROR_SHARES):
            text = f"`{name}` has no use without `mirror`; write `mirror`, or remove it"
            yield Problem((*path, name), text, at_key=True)
    else:
        yield from destination((*path, "mirror"), rule.mirror)
    for index, mirror in enumerate(rule.mirrors):
        yield from destination((*path, "mirrors", index, "destination"), mirror.destination)


def _cors(path: Path, cors: CorsPolicy) -> Iterator[Problem]:
    yield from alternatives(path, cors)
    for index, origin in enumerate(cors.allow_origins):
        yield from _string_match((*path, "allowOrigins", index), origin, may_be_empty=False)
    yield from duration_problem((*path, "maxAge"), cors.max_age, zero=True)


def _redirect(path: Path, redirect: HTTPRedirect) -> Iterator[Problem]:
    yield from alternatives(path, redirect)
    if not written(redirect, "uri", "prefix_rewrite", "authority", "port", "derive_port", "scheme"):
        yield Problem(path, "the redirect leads nowhere else; write `uri`, `authority` or `scheme`")


def _direct_response(path: Path, response: HTTPDirectResponse) -> Iterator[Problem]:
    if response.body is not None:
        yield from alternatives((*path, "body"), response.body)


def _rewrite(path: Path, rewrite: HTTPRewrite) -> Iterator[Problem]:
    yield from alternatives(path, rewrite)
    if not written(rewrite, "uri", "authority", "uri_regex_rewrite"):
        text = "the rewrite changes nothing; write `uri`, `authority` or `uriRegexRewrite`"
        yield Problem(path, text)
    if rewrite.uri_regex_rewrite is not None and not rewrite.uri_regex_rewrite.match:
        yield Problem((*path, "uriRegexRewrite"), "`match` is empty; write a regular expression")


def _retries(path: Path, retries: HTTPRetry) -> Iterator[Problem]:
    if retries.attempts == 0:
        for name in written(retries, "per_try_timeout", "retry_on", "backoff"):
            text = f"`{name}` has no use with 0 attempts; write `attempts`, or remove it"
            yield Problem((*path, name), text, at_key=True)
    yield from duration_problem((*path, "perTryTimeout"), retries.per_try_timeout, zero=True)
    yield from duration_problem((*path, "backoff"), retries.backoff, zero=False)
    conditions = [part.strip() for part in retries.retry_on.split(",")] if retries.retry_on else []
    for condition in conditions:
        if condition not in RETRY_CONDITIONS and not _is_status(condition):
            hint = suggestion(condition, RETRY_CONDITIONS)
            yield Problem((*path, "retryOn"), f"{quoted(condition)} cannot be retried on; {hint}")


def _is_status(text: str) -> bool:
    return len(text) == 3 and text.isascii() and text.isdecimal() and "100" <= text <= "599"


def _fault(path: Path, fault: HTTPFaultInjection) -> Iterator[Problem]:
    if fault.delay is None and fault.abort is None:
        yield Problem(path, "the fault is empty; write `delay` or `abort`")
    if fault.delay is not None:
        here = (*path, "delay")
        yield from alternatives(here, fault.delay)
        if not written(fault.delay, "fixed_delay", "exponential_delay"):
            yield Problem(here, "the delay has no length; write `fixedDelay`")
        for name in ("fixed_delay", "exponential_delay"):
            for shown in written(fault.delay, name):
                yield from duration_problem((*here, shown), getattr(fault.delay, name), zero=False)
    if fault.abort is not None:
        yield from alternatives((*path, "abort"), fault.abort)
        if not written(fault.abort, *fault.abort.ALTERNATIVES[0]):
            yield Problem((*path, "abort"), "the abort has no status; write `httpStatus`")


def _headers(path: Path, headers: Headers | None) -> Iterator[Problem]:
    for direction in ("request", "response"):
        operations = getattr(headers, direction, None)
        if operations is None:
            continue
        here = (*path, direction)
        yield from empty_keys((*here, "set"), operations.set, "header")
        yield from empty_keys((*here, "add"), operations.add, "header")
        yield from each((*here, "remove"), operations.remove, _header_fault)


def _header_fault(name: str) -> str | None:
    return None if name else "a header has an empty name; write one"
