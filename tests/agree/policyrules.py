"""Random rules of AuthorizationPolicies about the callers and the calls of a run."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.agree.dice import Dice
from tests.agree.trial import ADDRESS

HOSTS = ("shop.example", "bank.example", "shop.example:8080", "Shop.Example")
METHODS = ("GET", "GET", "POST", "PUT")
PATHS = ("/a", "/a/b", "/a/b/c", "/a/b/c/d", "/b", "/b/c", "/A")
SOURCES = ("127.0.0.1", "127.0.0.5", "127.9.0.1")
FORWARDED = ("10.0.0.9", "10.1.0.9")
TIERS = ("gold", "golden", "silver", "")
ISSUERS = ("shop.issuer", "bank.issuer", "nobody.issuer")
SUBJECTS = ("anna", "bert")
AUDIENCES = ("orders", "stock")
GROUPS = ("buyers", "sellers")

_BLOCKS = ("127.0.0.1", "127.0.0.0/24", "127.0.0.4/30", "127.0.0.0/8", "10.0.0.0/8")
_REMOTE = (*_BLOCKS, "10.0.0.9", "10.1.0.0/16")
_NAMES = (
    "cluster.local/ns/shop/sa/reader",
    "cluster.local/ns/shop/*",
    "*/sa/reader",
    "cluster.local/ns/default/sa/default",
    "*",
)
_NAMESPACES = ("shop", "bank", "default", "s*", "*op", "*")
_ACCOUNTS = ("shop/reader", "shop/writer", "default", "bank/reader")
_DOMAINS = ("cluster.local", "*.local", "cluster*", "foreign.example")
_PEOPLE = ("shop.issuer/anna", "shop.issuer/*", "*/bert", "*")
_TEXTS = ("gold", "gold*", "*er", "*")
_ONE_SEGMENT = ("/{*}", "/a/{*}", "/a/{*}/c", "/{*}/{*}", "/{*}/c")
_SOURCE: Mapping[str, Sequence[str]] = {
    "principals": _NAMES,
    "namespaces": _NAMESPACES,
    "trustDomains": _DOMAINS,
    "requestPrincipals": _PEOPLE,
    "ipBlocks": _BLOCKS,
    "remoteIpBlocks": _REMOTE,
}
_OPERATION: Mapping[str, Sequence[str]] = {
    "hosts": ("shop.example", "*.example", "shop.*", "bank.example:*", "*:8080", "*"),
    "methods": ("GET", "POST", "P*", "*T", "*"),
    "paths": ("/a", "/a*", "*/c", "*", "/a/{**}", "/{*}/b/{**}", *_ONE_SEGMENT),
}
_WHEN: Mapping[str, Sequence[str]] = {
    "request.headers[x-tier]": _TEXTS,
    "request.headers[x-absent]": _TEXTS,
    "source.ip": _BLOCKS,
    "remote.ip": _REMOTE,
    "source.principal": _NAMES,
    "source.namespace": _NAMESPACES,
    "source.trustDomain": _DOMAINS,
    "source.serviceAccount": _ACCOUNTS,
    "destination.ip": (ADDRESS, "127.0.0.0/24", "10.0.0.0/8"),
    "connection.sni": ("shop.example", "*.example", "nobody.example"),
    "request.auth.principal": _PEOPLE,
    "request.auth.audiences": ("orders", "st*", "*"),
    "request.auth.presenter": ("desk", "d*"),
    "request.auth.claims[groups]": ("buyers", "sell*", "*"),
    "request.auth.claims[realm][role]": ("clerk", "*k"),
    "request.auth.claims[scope]": ("read", "write"),
}


def rule(dice: Dice, ports: Sequence[int]) -> dict[str, Any]:
    """Draw one rule: who, what and when are each left to chance, but not all left out."""
    drawn: dict[str, Any] = {}
    if dice.chance(0.6):
        drawn["from"] = [{"source": source(dice)} for _ in range(dice.number(1, 2))]
    if dice.chance(0.6):
        drawn["to"] = [{"operation": operation(dice, ports)} for _ in range(dice.number(1, 2))]
    if not drawn or dice.chance(0.3):
        drawn["when"] = [condition(dice, ports) for _ in range(dice.number(1, 2))]
    return drawn


def source(dice: Dice) -> dict[str, Any]:
    """Draw one alternative of who calls; accounts stand without other words for identities."""
    if dice.chance(0.15):
        return _either(dice, "serviceAccounts", _ACCOUNTS)
    return _fields(dice, _SOURCE)


def operation(dice: Dice, ports: Sequence[int]) -> dict[str, Any]:
    """Draw one alternative of what is called."""
    return _fields(dice, {**_OPERATION, "ports": [str(port) for port in ports]})


def condition(dice: Dice, ports: Sequence[int]) -> dict[str, Any]:
    """Draw a condition on an attribute of the call."""
    known = {**_WHEN, "destination.port": [str(port) for port in ports]}
    key = dice.one(list(known))
    values = _either(dice, "values", known[key], opposite="notValues")
    if "values" in values and dice.chance(0.2):
        values["notValues"] = [dice.one(known[key])]
    return {"key": key, **values}


def _fields(dice: Dice, known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    drawn: dict[str, Any] = {}
    for name in dice.some(list(known), 2) or [dice.one(list(known))]:
        drawn |= _either(dice, name, known[name])
    return drawn


def _either(
    dice: Dice, name: str, values: Sequence[str], *, opposite: str = ""
) -> dict[str, list[str]]:
    """Draw values that a field has to have, or must not have."""
    excluded = dice.chance(0.25)
    chosen = opposite or f"not{name[0].upper()}{name[1:]}"
    return {chosen if excluded else name: dice.some(values, 3) or [dice.one(values)]}


def claims(dice: Dice) -> dict[str, Any]:
    """Draw what a token says of its bearer."""
    maybe: Mapping[str, Callable[[], Any]] = {
        "aud": lambda: dice.some(AUDIENCES, 2) or AUDIENCES[0],
        "azp": lambda: dice.one(("desk", "door")),
        "groups": lambda: list(GROUPS) if dice.chance(0.5) else "buyers",
        "realm": lambda: {"role": dice.one(("clerk", "guest"))},
        "scope": lambda: dice.one(("read write", "read")),
    }
    drawn = {"iss": dice.one((*ISSUERS, *ISSUERS[:2])), "sub": dice.one(SUBJECTS)}
    return drawn | {name: make() for name, make in maybe.items() if dice.chance(0.6)}
