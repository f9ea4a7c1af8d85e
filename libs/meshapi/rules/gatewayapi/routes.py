"""Rules of HTTPRoute, GRPCRoute, TLSRoute and TCPRoute."""

import re
from collections.abc import Iterator

from libs.meshapi.durations import parse_duration
from libs.meshapi.gatewayapi.filters import HTTPRouteFilter
from libs.meshapi.gatewayapi.grpcroute import GRPCMethodMatch, GRPCRoute, GRPCRouteRule
from libs.meshapi.gatewayapi.httproute import HTTPRoute, HTTPRouteRule, PathMatch
from libs.meshapi.gatewayapi.sessions import Timeouts
from libs.meshapi.gatewayapi.tcproute import TCPRoute, TCPRouteRule
from libs.meshapi.gatewayapi.tlsroute import TLSRoute, TLSRouteRule
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import each, unique
from libs.meshapi.rules.gatewayapi import filters
from libs.meshapi.rules.gatewayapi.references import backend, parents, session

MATCHES_MAX = 128
_RULES: Path = ("spec", "rules")
_NEVER_IN_PATHS = ("//", "/./", "/../", "%2f", "%2F", "#")
_PATH = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+", re.ASCII)
_SERVICE = re.compile(r"\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*", re.ASCII | re.IGNORECASE)
_METHOD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*", re.ASCII)


def check_http(obj: HTTPRoute) -> Iterator[Problem]:
    """Check parents, and every rule."""
    spec = obj.spec
    yield from parents(spec.parent_refs)
    yield from unique(_RULES, [one.name for one in spec.rules], "name", "rule")
    yield from _too_many(sum(len(rule.matches) for rule in spec.rules))
    for index, rule in enumerate(spec.rules):
        yield from _http_rule((*_RULES, index), rule)


def _too_many(matches: int) -> Iterator[Problem]:
    if matches > MATCHES_MAX:
        text = f"the rules have {matches} matches together; keep at most {MATCHES_MAX}"
        yield Problem(_RULES, text, at_key=True)


def _http_rule(path: Path, rule: HTTPRouteRule) -> Iterator[Problem]:
    for index, match in enumerate(rule.matches):
        here = (*path, "matches", index)
        yield from _path((*here, "path"), match.path)
        headers = [one.name.lower() for one in match.headers]
        yield from unique((*here, "headers"), headers, "name", "header")
        queries = [one.name for one in match.query_params]
        yield from unique((*here, "queryParams"), queries, "name", "parameter")
    yield from filters.check((*path, "filters"), rule.filters)
    if rule.backend_refs and any(one.type == "RequestRedirect" for one in rule.filters):
        text = "a rule that redirects has no backends; remove `backendRefs`"
        yield Problem((*path, "backendRefs"), text, at_key=True)
    yield from _prefix((*path, "filters"), rule.filters, rule)
    for index, ref in enumerate(rule.backend_refs):
        here = (*path, "backendRefs", index)
        yield from backend(here, ref)
        yield from filters.check((*here, "filters"), ref.filters)
        yield from _prefix((*here, "filters"), ref.filters, rule)
    yield from _timeouts((*path, "timeouts"), rule.timeouts)
    yield from session((*path, "sessionPersistence"), rule.session_persistence)


def _path(path: Path, match: PathMatch) -> Iterator[Problem]:
    if match.type == "RegularExpression":
        return
    text = match.value
    bad = next((part for part in _NEVER_IN_PATHS if part in text), None)
    bad = bad or next((part for part in ("/..", "/.") if text.endswith(part)), None)
    if not text.startswith("/"):
        yield Problem((*path, "value"), f"{quoted(text)} is no path; start it with `/`")
    elif bad is not None:
        yield Problem((*path, "value"), f"{quoted(text)} holds `{bad}`; write the path without it")
    elif _PATH.fullmatch(text) is None:
        sentence = f"{quoted(text)} has characters that no path has; percent-encode them"
        yield Problem((*path, "value"), sentence)


def _prefix(
    path: Path, used: tuple[HTTPRouteFilter, ...], rule: HTTPRouteRule
) -> Iterator[Problem]:
    """A new prefix can only stand for a prefix that one match names."""
    if len(rule.matches) == 1 and rule.matches[0].path.type == "PathPrefix":
        return
    for index, one in enumerate(used):
        for name, part in (
            ("requestRedirect", one.request_redirect),
            ("urlRewrite", one.url_rewrite),
        ):
            modifier = part.path if part is not None else None
            if modifier is not None and modifier.type == "ReplacePrefixMatch":
                text = "a prefix is replaced where exactly one match has a path `PathPrefix`"
                yield Problem((*path, index, name, "path"), f"{text}; write one such match")


def _timeouts(path: Path, timeouts: Timeouts | None) -> Iterator[Problem]:
    if timeouts is None or timeouts.request is None or timeouts.backend_request is None:
        return
    whole, part = parse_duration(timeouts.request), parse_duration(timeouts.backend_request)
    if whole and part > whole:
        text = "a call to a backend cannot take longer than the request; write a shorter time"
        yield Problem((*path, "backendRequest"), text)


def check_grpc(obj: GRPCRoute) -> Iterator[Problem]:
    """Check parents, and every rule."""
    spec = obj.spec
    yield from parents(spec.parent_refs)
    yield from unique(_RULES, [one.name for one in spec.rules], "name", "rule")
    yield from _too_many(sum(len(rule.matches) for rule in spec.rules))
    for index, rule in enumerate(spec.rules):
        yield from _grpc_rule((*_RULES, index), rule)


def _grpc_rule(path: Path, rule: GRPCRouteRule) -> Iterator[Problem]:
    for index, match in enumerate(rule.matches):
        here = (*path, "matches", index)
        if match.method is not None:
            yield from _method((*here, "method"), match.method)
        headers = [one.name.lower() for one in match.headers]
        yield from unique((*here, "headers"), headers, "name", "header")
    yield from filters.check((*path, "filters"), rule.filters)
    for index, ref in enumerate(rule.backend_refs):
        yield from backend((*path, "backendRefs", index), ref)
        yield from filters.check((*path, "backendRefs", index, "filters"), ref.filters)
    yield from session((*path, "sessionPersistence"), rule.session_persistence)


def _method(path: Path, match: GRPCMethodMatch) -> Iterator[Problem]:
    if match.service is None and match.method is None:
        yield Problem(path, "the match names nothing; write `service`, `method` or both")
    if match.type != "Exact":
        return
    if match.service is not None and _SERVICE.fullmatch(match.service) is None:
        text = f"{quoted(match.service)} is no gRPC service; write one such as `shop.v1.Cart`"
        yield Problem((*path, "service"), text)
    if match.method is not None and _METHOD.fullmatch(match.method) is None:
        text = f"{quoted(match.method)} is no gRPC method; write letters, digits and `_`"
        yield Problem((*path, "method"), text)


def check_tls(obj: TLSRoute) -> Iterator[Problem]:
    """Check parents, names of servers, and backends."""
    yield from parents(obj.spec.parent_refs)
    yield from each(("spec", "hostnames"), obj.spec.hostnames, _server_fault)
    yield from _connections(obj)


def _server_fault(text: str) -> str | None:
    return f"{quoted(text)} is an address; write a DNS name" if names.is_ip(text) else None


def check_tcp(obj: TCPRoute) -> Iterator[Problem]:
    """Check parents and backends."""
    yield from parents(obj.spec.parent_refs)
    yield from _connections(obj)


def _connections(obj: TLSRoute | TCPRoute) -> Iterator[Problem]:
    rules: tuple[TLSRouteRule | TCPRouteRule, ...] = obj.spec.rules
    if len(rules) > 1 and obj.api_version.endswith("/v1"):
        text = "version `v1` has one rule; write all backends into it"
        yield Problem((*_RULES, 1), text)
    for index, rule in enumerate(rules):
        for at, ref in enumerate(rule.backend_refs):
            yield from backend((*_RULES, index, "backendRefs", at), ref)
