"""Rules of PeerAuthentication, RequestAuthentication and AuthorizationPolicy."""

from collections.abc import Iterator, Sequence

from libs.meshapi.authorizationpolicy import (
    AuthorizationPolicy,
    Condition,
    Operation,
    Rule,
    Source,
)
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.requestauthentication import JWTRule, RequestAuthentication
from libs.meshapi.rules import names
from libs.meshapi.rules.common import alternatives, duration_problem, each, listing, written
from libs.meshapi.rules.selection import selection

_WITHOUT_ACCOUNTS = ("principals", "not_principals", "namespaces", "not_namespaces")
_PEER_FIELDS = (*_WITHOUT_ACCOUNTS, "service_accounts", "not_service_accounts")
_CONDITION_KEYS = (
    "connection.sni",
    "destination.ip",
    "destination.port",
    "destination.user",
    "request.auth.audiences",
    "request.auth.presenter",
    "request.auth.principal",
    "source.ip",
    "source.namespace",
    "source.principal",
    "source.serviceAccount",
    "source.trustDomain",
    "remote.ip",
)
_CONDITION_MAPS = ("request.headers", "request.auth.claims", "experimental.envoy.filters.")


def check_peers(obj: PeerAuthentication) -> Iterator[Problem]:
    """Check the selector, and that settings by port have workloads whose ports they are."""
    yield from selection(obj.spec)
    ports = obj.spec.port_level_mtls
    path: Path = ("spec", "portLevelMtls")
    if ports and not (obj.spec.selector and obj.spec.selector.match_labels):
        text = "`portLevelMtls` needs workloads; write `selector.matchLabels`"
        yield Problem(path, text, at_key=True)
    for port in ports:
        if not _is_port(port):
            yield Problem(
                (*path, port), f"{quoted(port)} is no port; write a number from 1 to 65535"
            )


def check_requests(obj: RequestAuthentication) -> Iterator[Problem]:
    """Check selection and every rule."""
    yield from selection(obj.spec)
    for index, rule in enumerate(obj.spec.jwt_rules):
        yield from _jwt_rule(("spec", "jwtRules", index), rule)


def _jwt_rule(path: Path, rule: JWTRule) -> Iterator[Problem]:
    yield from alternatives(path, rule)
    for name, uri in (("jwksUri", rule.jwks_url), ("jwks_uri", rule.jwks_uri)):
        if uri is not None and not uri.startswith(("http://", "https://")):
            text = f"{quoted(uri)} is no address of keys; write one with `https://`"
            yield Problem((*path, name), text)
    yield from duration_problem((*path, "timeout"), rule.timeout, zero=False)


def check_authorization(obj: AuthorizationPolicy) -> Iterator[Problem]:
    """Check selection, action and every rule."""
    spec = obj.spec
    yield from selection(spec)
    if spec.action == "CUSTOM" and not (spec.provider and spec.provider.name):
        text = "action `CUSTOM` needs `provider.name`; write the provider that decides"
        yield Problem(("spec", "action"), text)
    if spec.action != "CUSTOM" and spec.provider is not None:
        text = f"`provider` has no use under action `{spec.action}`; remove it"
        yield Problem(("spec", "provider"), text, at_key=True)
    if spec.action == "DENY" and not spec.rules:
        yield Problem(("spec",), "action `DENY` without `rules` denies nothing; write one")
    for index, rule in enumerate(spec.rules):
        yield from _rule(("spec", "rules", index), rule)


def _rule(path: Path, rule: Rule) -> Iterator[Problem]:
    for index, one in enumerate(rule.from_):
        here = (*path, "from", index)
        if one.source is None or not written(one.source, *Source.model_fields):
            yield Problem(here, "`source` is empty; write whom it means, or remove the entry")
        else:
            yield from _source((*here, "source"), one.source)
    for index, to in enumerate(rule.to):
        here = (*path, "to", index)
        if to.operation is None or not written(to.operation, *Operation.model_fields):
            yield Problem(here, "`operation` is empty; write what it means, or remove the entry")
        else:
            yield from _operation((*here, "operation"), to.operation)
    for index, condition in enumerate(rule.when):
        yield from _condition((*path, "when", index), condition)


def _source(path: Path, source: Source) -> Iterator[Problem]:
    accounts = written(source, "service_accounts", "not_service_accounts")
    others = written(source, *_WITHOUT_ACCOUNTS)
    if accounts and others:
        text = f"`{accounts[0]}` excludes {listing(others)}; keep one way to name callers"
        yield Problem((*path, others[0]), text, at_key=True)
    for name in ("ip_blocks", "not_ip_blocks", "remote_ip_blocks", "not_remote_ip_blocks"):
        (shown,) = written(source, name) or (name,)
        yield from each((*path, shown), getattr(source, name), names.network_fault)
    for name in ("service_accounts", "not_service_accounts"):
        (shown,) = written(source, name) or (name,)
        yield from each((*path, shown), getattr(source, name), _account_fault)
    yield from _no_empty(path, source, *_PEER_FIELDS)


def _account_fault(text: str) -> str | None:
    parts = text.split("/")
    if len(parts) <= 2 and all(parts) and "*" not in text:
        return None
    return f"{quoted(text)} is no service account; write `name` or `namespace/name`"


def _operation(path: Path, operation: Operation) -> Iterator[Problem]:
    for name in ("ports", "not_ports"):
        (shown,) = written(operation, name) or (name,)
        yield from each((*path, shown), getattr(operation, name), _port_fault)
    for name in ("paths", "not_paths"):
        (shown,) = written(operation, name) or (name,)
        yield from each((*path, shown), getattr(operation, name), _template_fault)
    yield from _no_empty(path, operation, "hosts", "not_hosts", "methods", "not_methods")


def _port_fault(text: str) -> str | None:
    return None if _is_port(text) else f"{quoted(text)} is no port; write a number in quotes"


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 6 and 0 < int(text) < 65536


def _template_fault(text: str) -> str | None:
    """Check a path: `*` at one end, or segments of which some are `{*}` or, last, `{**}`."""
    if "{" not in text and "}" not in text:
        return None if text else "a path is empty; write one such as `/info*`"
    parts = text.split("/")
    braced = [part for part in parts if "{" in part or "}" in part]
    ends_once = "{**}" not in parts[:-1] and text.count("{**}") <= 1
    if (
        all(part in ("{*}", "{**}") for part in braced)
        and ends_once
        and "*" not in "".join(part for part in parts if part not in braced)
    ):
        return None
    return f"{quoted(text)} is no template; write whole segments as `{{*}}`, the last as `{{**}}`"


def _condition(path: Path, condition: Condition) -> Iterator[Problem]:
    if not (condition.values or condition.not_values):
        text = f"condition on {quoted(condition.key)} has no values; write `values` or `notValues`"
        yield Problem(path, text)
    by_name = condition.key.startswith(_CONDITION_MAPS) and condition.key.endswith("]")
    if condition.key not in _CONDITION_KEYS and not by_name:
        known = listing([*_CONDITION_KEYS, "request.headers[NAME]", "request.auth.claims[NAME]"])
        text = f"{quoted(condition.key)} is no attribute of a call; known here: {known}"
        yield Problem((*path, "key"), text)
    if condition.key in ("source.ip", "remote.ip", "destination.ip"):
        yield from each((*path, "values"), condition.values, names.network_fault)
        yield from each((*path, "notValues"), condition.not_values, names.network_fault)
    if condition.key == "destination.port":
        yield from each((*path, "values"), condition.values, _port_fault)
        yield from each((*path, "notValues"), condition.not_values, _port_fault)


def _no_empty(path: Path, model: Source | Operation, *attributes: str) -> Iterator[Problem]:
    for name in attributes:
        values: Sequence[str] = getattr(model, name)
        for shown in written(model, name):
            yield from each((*path, shown), values, _empty_fault)


def _empty_fault(text: str) -> str | None:
    return None if text else "an item is empty; write a value, or remove it"
