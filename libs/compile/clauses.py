"""One rule of an AuthorizationPolicy as conditions on a call, in HTTP or on bare connections.

A condition on requests cannot be told of a connection. Where calls are allowed, what has one
allows no connection; where they are denied, it is left out, so that more is denied, not less.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from libs.compile import callers
from libs.compile.callers import Domains
from libs.envoy import rbac
from libs.envoy.rbac import Permission, Principal
from libs.meshapi.authorizationpolicy import Condition, Operation, Rule, Source

_P = TypeVar("_P", Permission, Principal)
_HEADER = "request.headers["
_CLAIM = "request.auth.claims["
_METADATA = "experimental.envoy.filters."


class NeedsRequestsError(Exception):
    """A rule that allows by what only requests have cannot allow connections."""


@dataclass(frozen=True, slots=True)
class Clause(Generic[_P]):
    """A field of a rule: one of `values`, none of `excluded`. `http` is about requests."""

    values: Sequence[str]
    excluded: Sequence[str]
    make: Callable[[str], _P]
    http: bool = False


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a rule stands: on bare connections (`bytes_only`), and whether it `allows`."""

    namespace: str
    domains: Domains
    bytes_only: bool
    allows: bool


def translated(rule: Rule, setting: Setting) -> tuple[list[Permission], list[Principal]]:
    """Return what is called and who calls, each as alternatives.

    Raises NeedsRequestsError where the rule has no place.
    """
    what = [one for when in rule.when for one in _called(when)]
    who = [one for when in rule.when for one in _calling(when, setting)]
    operations = [one.operation for one in rule.to if one.operation] or [Operation()]
    sources = [one.source for one in rule.from_ if one.source] or [Source()]
    permissions = [
        rbac.every_permission(
            list(_kept([*_operation(one), *what], setting, rbac.any_permission, _not_permission))
        )
        for one in operations
    ]
    principals = [
        rbac.every_principal(
            list(_kept([*_source(one, setting), *who], setting, rbac.any_principal, _not_principal))
        )
        for one in sources
    ]
    return permissions, principals


def _kept(
    clauses: Iterable[Clause[_P]],
    setting: Setting,
    either: Callable[[Sequence[_P]], _P],
    opposite: Callable[[_P], _P],
) -> Iterator[_P]:
    for one in clauses:
        if not (one.values or one.excluded):
            continue
        if one.http and setting.bytes_only:
            if setting.allows:
                raise NeedsRequestsError
            continue
        if one.values:
            yield either([one.make(value) for value in one.values])
        if one.excluded:
            yield opposite(either([one.make(value) for value in one.excluded]))


def _not_permission(one: Permission) -> Permission:
    return Permission(not_rule=one)


def _not_principal(one: Principal) -> Principal:
    return Principal(not_id=one)


def _operation(one: Operation) -> Iterator[Clause[Permission]]:
    yield Clause(one.hosts, one.not_hosts, _to_host, http=True)
    yield Clause(one.methods, one.not_methods, _with_method, http=True)
    yield Clause(one.paths, one.not_paths, rbac.to_path, http=True)
    yield Clause(one.ports, one.not_ports, rbac.to_port)


def _to_host(written: str) -> Permission:
    """A name with a dot behind it is the same name, and the same program answers to it."""
    spelled = [written] if written.endswith(("*", ".")) else [written, f"{written}."]
    each = [Permission(header=rbac.header(":authority", one, any_case=True)) for one in spelled]
    return each[0] if len(each) == 1 else rbac.any_permission(each)


def _with_method(written: str) -> Permission:
    return Permission(header=rbac.header(":method", written))


def _source(one: Source, setting: Setting) -> Iterator[Clause[Principal]]:
    principals, excluded = (
        setting.domains.expanded(names) for names in (one.principals, one.not_principals)
    )
    yield Clause(principals, excluded, callers.by_principal)
    requested = one.request_principals, one.not_request_principals
    yield Clause(*requested, callers.by_token, http=True)
    yield Clause(one.namespaces, one.not_namespaces, callers.by_namespace)
    accounts = callers.by_account(setting.namespace)
    yield Clause(one.service_accounts, one.not_service_accounts, accounts)
    yield Clause(one.trust_domains, one.not_trust_domains, callers.by_trust_domain)
    yield Clause(one.remote_ip_blocks, one.not_remote_ip_blocks, callers.by_first_address)
    yield Clause(one.ip_blocks, one.not_ip_blocks, callers.by_address)


def _called(when: Condition) -> Iterator[Clause[Permission]]:
    """Yield a condition that is about what is called."""
    makers: dict[str, Callable[[str], Permission]] = {
        "destination.ip": rbac.to_address,
        "destination.port": rbac.to_port,
        "connection.sni": rbac.to_name,
    }
    make = makers.get(when.key)
    if when.key.startswith(_METADATA):
        make = callers.in_filters(when.key)
    if make is not None:
        yield Clause(when.values, when.not_values, make)


def _calling(when: Condition, setting: Setting) -> Iterator[Clause[Principal]]:
    """Yield a condition that is about who calls; one that nobody knows allows nobody."""
    plain: dict[str, Callable[[str], Principal]] = {
        "source.ip": callers.by_address,
        "remote.ip": callers.by_first_address,
        "source.namespace": callers.by_namespace,
        "source.serviceAccount": callers.by_account(setting.namespace),
        "source.trustDomain": callers.by_trust_domain,
    }
    named: dict[str, Callable[[str], Principal]] = {
        "request.auth.principal": callers.by_token,
        "request.auth.audiences": callers.by_claim(("aud",)),
        "request.auth.presenter": callers.by_claim(("azp",)),
    }
    values, excluded = when.values, when.not_values
    if when.key == "source.principal":
        expanded = setting.domains.expanded
        yield Clause(expanded(values), expanded(excluded), callers.by_principal)
    elif when.key in plain:
        yield Clause(values, excluded, plain[when.key])
    elif when.key in named:
        yield Clause(values, excluded, named[when.key], http=True)
    elif when.key.startswith(_HEADER):
        yield Clause(values, excluded, callers.by_header(when.key), http=True)
    elif when.key.startswith(_CLAIM):
        path = callers.claim_path(when.key.removeprefix("request.auth.claims"))
        yield Clause(values, excluded, callers.by_claim(path), http=True)
    elif setting.allows and not any(_called(when)):
        yield Clause((when.key,), (), callers.nobody)
