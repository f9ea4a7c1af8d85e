"""Rules of AuthorizationPolicies taken apart: what each field asks of which attribute of a call."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_network
from typing import Final

from libs.compile.callers import Domains
from libs.lint.subject import Path
from libs.matchsets import letters
from libs.matchsets.expressions import (
    ANYTHING,
    EMPTY,
    Chain,
    Choice,
    Expression,
    Letter,
    Repeat,
    exact,
    prefix,
    suffix,
)
from libs.meshapi.authorizationpolicy import Condition, Operation, Rule, Source

PATH: Final = "path"
HOST: Final = "host"
METHOD: Final = "method"
PORT: Final = "port"
PRINCIPAL: Final = "principal"
_SOMETHING: Final = Repeat(Letter(letters.ALL), 1)
_OF_SEGMENT: Final = letters.ALL & ~letters.of("/")
_SEGMENT: Final = Repeat(Letter(_OF_SEGMENT), 1)
_NAME: Final = Repeat(Letter(letters.ALL & ~letters.of(":/")), 1)
_REST: Final = Repeat(Letter(letters.ALL & ~letters.of("?#")))
_NOT_NS: Final = Choice(
    (
        Letter(_OF_SEGMENT),
        Chain((Letter(_OF_SEGMENT & ~letters.of("n")), Letter(_OF_SEGMENT))),
        Chain((exact("n"), Letter(_OF_SEGMENT & ~letters.of("s")))),
        Repeat(Letter(_OF_SEGMENT), 3),
    )
)
_WORKLOAD: Final = Chain((_NAME, exact("/ns/"), _SEGMENT, exact("/sa/"), _SEGMENT))
_OTHER: Final = Chain((_NAME, Repeat(Chain((exact("/"), _NOT_NS)), 1)))
DOMAINS: Final[Mapping[str, Expression]] = {
    PATH: Chain((exact("/"), _REST)),
    HOST: _SEGMENT,
    METHOD: _SOMETHING,
    PORT: _SOMETHING,
    PRINCIPAL: Choice((EMPTY, _WORKLOAD, _OTHER)),
}
"""What an attribute can be at all; a plain caller's principal is empty, and names of
certificates that are not a workload's have no namespace. Others can be anything."""

_LISTED: Final = (
    "request.auth.claims",
    "request.auth.audiences",
    "request.auth.presenter",
    "experimental.",
)


@dataclass(frozen=True, slots=True)
class Limit:
    """One field: the attribute is one of `values`, and none of `excluded`.

    A `listed` attribute may have several values at once, and one of them is enough. Where it is
    written makes no difference.
    """

    attribute: str
    values: tuple[str, ...]
    excluded: tuple[str, ...]
    path: Path = field(compare=False)
    language: Callable[[str], Expression]
    listed: bool = False


def pattern(written: str) -> Expression:
    """Return the texts of a pattern: a text, `text*`, `*text`, or `*` for anything at all."""
    return _pattern(written, ignore_case=False)


def source_limits(one: Source, path: Path, namespace: str, domains: Domains) -> list[Limit]:
    """Return what an entry of `from` asks; `namespace` is the policy's own."""
    account = _account(namespace)
    asked = one.request_principals, one.not_request_principals
    trust = one.trust_domains, one.not_trust_domains
    named = one.principals, one.not_principals
    fields = [
        Limit(PRINCIPAL, *named, (*path, "principals"), _principal(domains)),
        Limit(PRINCIPAL, one.namespaces, one.not_namespaces, (*path, "namespaces"), _in_namespace),
        Limit(
            PRINCIPAL,
            one.service_accounts,
            one.not_service_accounts,
            (*path, "serviceAccounts"),
            account,
        ),
        Limit(PRINCIPAL, *trust, (*path, "trustDomains"), _of_domain),
        Limit("request.auth.principal", *asked, (*path, "requestPrincipals"), pattern),
        Limit("source.ip", one.ip_blocks, one.not_ip_blocks, (*path, "ipBlocks"), _subnet),
        Limit(
            "remote.ip",
            one.remote_ip_blocks,
            one.not_remote_ip_blocks,
            (*path, "remoteIpBlocks"),
            _subnet,
        ),
    ]
    return [each for each in fields if each.values or each.excluded]


def operation_limits(one: Operation, path: Path) -> list[Limit]:
    """Return what an entry of `to` asks."""
    fields = [
        Limit(HOST, one.hosts, one.not_hosts, (*path, "hosts"), _host),
        Limit(METHOD, one.methods, one.not_methods, (*path, "methods"), pattern),
        Limit(PATH, one.paths, one.not_paths, (*path, "paths"), _path),
        Limit(PORT, one.ports, one.not_ports, (*path, "ports"), exact),
    ]
    return [each for each in fields if each.values or each.excluded]


def condition_limits(one: Condition, path: Path, namespace: str, domains: Domains) -> Limit:
    """Return what an entry of `when` asks."""
    known: dict[str, tuple[str, Callable[[str], Expression]]] = {
        "source.principal": (PRINCIPAL, _principal(domains)),
        "source.namespace": (PRINCIPAL, _in_namespace),
        "source.serviceAccount": (PRINCIPAL, _account(namespace)),
        "source.trustDomain": (PRINCIPAL, _of_domain),
        "source.ip": (one.key, _subnet),
        "remote.ip": (one.key, _subnet),
        "destination.ip": (one.key, _subnet),
        "destination.port": (PORT, exact),
    }
    attribute, language = known.get(one.key, (one.key, pattern))
    if attribute.startswith("request.headers["):
        attribute = attribute.lower()
    listed = one.key.startswith(_LISTED)
    field = "values" if one.values else "notValues"
    return Limit(attribute, one.values, one.not_values, (*path, field), language, listed)


def asks_requests(rule: Rule) -> bool:
    """Say whether a rule asks for what bare connections do not have."""
    operations = [one.operation for one in rule.to if one.operation is not None]
    sources = [one.source for one in rule.from_ if one.source is not None]
    return (
        any(one.key.startswith("request.") for one in rule.when)
        or any(map(names_request, operations))
        or any(one.request_principals or one.not_request_principals for one in sources)
    )


def names_request(one: Operation) -> bool:
    """Say whether an operation is one of requests."""
    fields = (one.hosts, one.not_hosts, one.methods, one.not_methods, one.paths, one.not_paths)
    return any(fields)


def texts(limit: Limit) -> Iterator[str]:
    """Yield every value of a limit."""
    yield from limit.values
    yield from limit.excluded


def _pattern(written: str, *, ignore_case: bool) -> Expression:
    if written == "*":
        return _SOMETHING
    if written.startswith("*"):
        return suffix(written[1:], ignore_case=ignore_case)
    if written.endswith("*"):
        return prefix(written[:-1], ignore_case=ignore_case)
    return exact(written, ignore_case=ignore_case)


def _host(written: str) -> Expression:
    return _pattern(written, ignore_case=True)


def _path(written: str) -> Expression:
    if "{" not in written:
        return pattern(written)
    parts: list[Expression] = []
    for part in written.split("/"):
        chosen = {"{*}": _SEGMENT, "{**}": ANYTHING}.get(part) or exact(part)
        parts += [exact("/"), chosen] if parts else [chosen]
    return Chain(tuple(parts))


@cache
def _principal(domains: Domains) -> Callable[[str], Expression]:
    return lambda written: Choice(tuple(map(pattern, domains.expanded([written]))))


def _in_namespace(written: str) -> Expression:
    pieces = [exact(piece) for piece in written.split("*")]
    name: list[Expression] = [pieces[0]]
    for piece in pieces[1:]:
        name += [ANYTHING, piece]
    return Chain((ANYTHING, exact("/ns/"), *name, exact("/"), ANYTHING))


def _of_domain(written: str) -> Expression:
    parts: list[Expression] = []
    for piece in written.split("*"):
        parts += [Repeat(Letter(_OF_SEGMENT)), exact(piece)]
    return Chain((*parts[1:], exact("/"), ANYTHING))


@cache
def _account(default: str) -> Callable[[str], Expression]:
    def make(written: str) -> Expression:
        namespace, slash, name = written.rpartition("/")
        where = exact(f"/ns/{namespace if slash else default}/")
        return Chain((_SOMETHING, where, ANYTHING, exact(f"sa/{name}")))

    return make


def _subnet(written: str) -> Expression:
    """Return the addresses of a subnet as their version and bits."""
    network = ip_network(written, strict=False)
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    return prefix(f"{network.version}:{bits}")
