"""Conditions of policies as alternatives of conjunctions, one condition on a dimension each.

What a condition of RBAC is about is a property of the call, of who makes it, or of the way in.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_network
from itertools import product
from typing import Final

from protogen.envoy.config.core.v3 import address_pb2
from protogen.envoy.config.rbac.v3 import rbac_pb2
from protogen.envoy.extensions.path.match.uri_template.v3 import uri_template_match_pb2

from libs.matchsets import expressions
from libs.matchsets.automaton import TooLargeError
from libs.matchsets.syntax import SyntaxUnsupportedError, regex
from libs.routediff.predicates import (
    PATH,
    Aspect,
    Dimension,
    Predicate,
    header_condition,
    text_condition,
    unknown_condition,
)
from libs.routediff.values import bits_of
from libs.routing import tokens
from libs.routing.call import Call, Tls
from libs.routing.filters import opened
from libs.routing.outcome import UndecidedError
from libs.routing.rbac import template_pattern

ALTERNATIVES_MAX: Final = 2_000
"""Conjunctions of one rule beyond which it is not taken apart."""

CALLER: Final = Dimension(Aspect.CALLER)
ADDRESS: Final = Dimension(Aspect.ADDRESS)
FIRST_ADDRESS: Final = Dimension(Aspect.ADDRESS, "first")
Literal = tuple[Dimension, Predicate]
Conjunction = tuple[Literal, ...]
Alternatives = Sequence[Conjunction]
ALWAYS: Final[Alternatives] = ((),)
NEVER: Final[Alternatives] = ()
_NAMESPACE: Final = re.compile(r"\.\*/ns/([^/]*)/\.\*")
_Part = rbac_pb2.Permission | rbac_pb2.Principal


@dataclass(frozen=True, slots=True)
class Entry:
    """The way in that all calls take, by one of them.

    `verified` says that certificates of callers are checked, `direct` that the other end of a
    connection counts as the first caller, `behind` that proxies in between are trusted, `listed`
    that the port is one that listeners name, `tokens` that somebody reads those.
    """

    call: Call
    verified: bool
    direct: bool
    behind: bool
    listed: bool
    tokens: bool

    @property
    def known(self) -> bool:
        """Whether callers show who they are."""
        return self.verified and self.call.tls is Tls.MTLS


def alternatives(policy: rbac_pb2.Policy, entry: Entry) -> Alternatives:
    """Return when a rule holds. Raises TooLargeError beyond ALTERNATIVES_MAX."""
    what = _any([_of(one, entry, holds=True) for one in policy.permissions])
    who = _any([_of(one, entry, holds=True) for one in policy.principals])
    return _every([what, who])


def _any(several: Iterable[Alternatives]) -> Alternatives:
    found = tuple(dict.fromkeys(one for each in several for one in each))
    if len(found) > ALTERNATIVES_MAX:
        raise TooLargeError(f"a rule with more than {ALTERNATIVES_MAX} alternatives")
    return ALWAYS if () in found else found


def _every(several: Iterable[Alternatives]) -> Alternatives:
    found: Alternatives = ALWAYS
    for each in several:
        if len(found) * len(each) > ALTERNATIVES_MAX:
            raise TooLargeError(f"a rule with more than {ALTERNATIVES_MAX} alternatives")
        found = tuple((*one, *other) for one, other in product(found, each))
    return found


def _of(one: _Part, entry: Entry, *, holds: bool) -> Alternatives:
    """Return when a condition holds, or when it does not."""
    kind = str(one.WhichOneof("rule" if isinstance(one, rbac_pb2.Permission) else "identifier"))
    if kind in ("not_rule", "not_id"):
        return _of(getattr(one, kind), entry, holds=not holds)
    if kind in ("and_rules", "or_rules", "and_ids", "or_ids"):
        inside = getattr(one, kind)
        parts = inside.rules if kind.endswith("rules") else inside.ids
        together = _every if kind.startswith("and") == holds else _any
        return together([_of(part, entry, holds=holds) for part in parts])
    if kind == "any":
        return ALWAYS if one.any == holds else NEVER
    found = _literal(kind, one, entry)
    if isinstance(found, bool):
        return ALWAYS if found == holds else NEVER
    dimension, predicate = found
    return (((dimension, predicate if holds else opposite(predicate)),),)


def opposite(one: Predicate) -> Predicate:
    """Return the values for which a condition does not hold."""
    words = one.words.removeprefix("not: ") if one.inverted else f"not: {one.words}"
    return replace(one, inverted=not one.inverted, absent=not one.absent, words=words, noun="")


def _literal(kind: str, one: _Part, entry: Entry) -> Literal | bool:
    """Return a condition, or its answer where the way in has it."""
    key = one.SerializeToString(deterministic=True)
    try:
        if kind in _LITERALS:
            return _LITERALS[kind](one, entry)
    except (SyntaxUnsupportedError, UndecidedError) as error:
        return unknown_condition(str(error), key)
    if kind != "metadata":
        return unknown_condition(f"rbac.{kind}", key)
    if one.metadata.filter == tokens.FILTER_NAME and not entry.tokens:
        return False
    return unknown_condition(f"what {one.metadata.filter} notes", key)


def _header(one: _Part, entry: Entry) -> Literal:
    return header_condition(one.header, entry.call.scheme)


def _path(one: _Part, _: Entry) -> Literal:
    return PATH, text_condition(one.url_path.path)


def _template(one: _Part, _: Entry) -> Literal:
    packed = one.uri_template.typed_config  # type: ignore[union-attr]  # only permissions have it
    config = opened(packed, uri_template_match_pb2.UriTemplateMatchConfig)
    pattern = template_pattern(config.path_template)
    return PATH, Predicate(regex(pattern), f"is like {config.path_template}")


def _port(one: _Part, entry: Entry) -> Literal | bool:
    port = one.destination_port  # type: ignore[union-attr]  # only permissions have it
    if port == entry.call.port:
        return True
    if entry.listed:
        return False
    return unknown_condition(f"port {port}", str(port).encode())


def _authenticated(one: _Part, entry: Entry) -> Literal | bool:
    asked = one.authenticated  # type: ignore[union-attr]  # only principals have it
    if not entry.known:
        return False
    if not asked.HasField("principal_name"):
        return True
    found = text_condition(asked.principal_name)
    space = _NAMESPACE.fullmatch(asked.principal_name.safe_regex.regex)
    return CALLER, replace(found, words=f"is of namespace {_bare(space[1])}") if space else found


def _bare(pattern: str) -> str:
    return pattern.replace("\\", "").replace(".*", "*")


def _other_end(one: _Part, _: Entry) -> Literal:
    return ADDRESS, _within(one.direct_remote_ip)  # type: ignore[union-attr]  # as above


def _first(one: _Part, entry: Entry) -> Literal:
    if entry.behind:
        raise UndecidedError("the first caller behind trusted hops")
    subnet = one.remote_ip  # type: ignore[union-attr]  # as above
    return (ADDRESS if entry.direct else FIRST_ADDRESS), _within(subnet)


def _within(subnet: address_pb2.CidrRange) -> Predicate:
    network = ip_network(f"{subnet.address_prefix}/{subnet.prefix_len.value}", strict=False)
    single = network.prefixlen == network.max_prefixlen
    noun = str(network.network_address) if single else ""
    words = f"is {noun}" if single else f"is within {network}"
    return Predicate(expressions.prefix(bits_of(network)), words, noun=noun)


_LITERALS: Final[Mapping[str, Callable[[_Part, Entry], Literal | bool]]] = {
    "header": _header,
    "url_path": _path,
    "uri_template": _template,
    "destination_port": _port,
    "authenticated": _authenticated,
    "direct_remote_ip": _other_end,
    "remote_ip": _first,
}
