"""The values of a dimension, cut into numbered parts by all conditions on it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from libs.matchsets import expressions
from libs.matchsets.expressions import Chain, Choice, Expression, Letter, Repeat
from libs.matchsets.letters import ALL, of
from libs.matchsets.partition import Effort, Part, partition
from libs.routediff.predicates import Aspect, Dimension, Predicate

METHODS: Final = (
    "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE",
    "PROPFIND", "REPORT", "SEARCH", "SUBSCRIBE",
)  # fmt: skip
"""Methods of calls: those of HTTP itself, and some of its extensions that Envoy lets in."""

_PATH_LETTERS = Letter(ALL & ~of(" ?#"))
_PLAIN_LETTERS = Letter(
    of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/!$&'()*+,;=:@")
)
_LETTERS, _DIGITS = str.maketrans("01", "ab"), str.maketrans("ab", "01")
_VISIBLE = Letter(ALL & ~of(" "))
_PATHS = Chain((expressions.exact("/"), Repeat(_PATH_LETTERS)))
_PLAIN_PATHS = Chain((expressions.exact("/"), Repeat(_PLAIN_LETTERS)))
_DOTS = Chain(
    (
        expressions.ANYTHING,
        expressions.one_of(["/.", "/.."]),
        Choice((expressions.EMPTY, Chain((expressions.exact("/"), expressions.ANYTHING)))),
    )
)
_DOUBLE_SLASHES = expressions.containing("//")
_HEADER_VALUES = Choice(
    (_VISIBLE, expressions.EMPTY, Chain((_VISIBLE, expressions.ANYTHING, _VISIBLE)))
)
_QUERY_VALUES = Repeat(Letter(ALL & ~of(" &#")))
_CALLERS = Repeat(_VISIBLE, 1)
_BIT = Letter(of("ab"))
ADDRESSES: Final = Choice(
    (
        Chain((expressions.exact("4"), Repeat(_BIT, 32, 32))),
        Chain((expressions.exact("6"), Repeat(_BIT, 128, 128))),
    )
)
"""Addresses as their version and their bits, of which `a` is none: see `bits_of`."""

_HOSTS = Chain((Letter(ALL & ~of(' "#/?@')), Repeat(Letter(ALL & ~of(' "#/?@')))))


def bits_of(network: IPv4Network | IPv6Network) -> str:
    """Return how the addresses of a network begin."""
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    return f"{network.version}{bits}".translate(_LETTERS)


def address_of(bits: str) -> str:
    """Return an address that is written as its version and all of its bits."""
    number = int(bits[1:].translate(_DIGITS), 2)
    return str(IPv4Address(number) if bits.startswith("4") else IPv6Address(number))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known of all calls of a comparison.

    `normalized` and `merged` say what the listener does to paths before routes see them; `hosts`
    is the language of their hosts, less those in `other_hosts`, `callers` that of the identities of
    who calls. Paths inside and outside of `cuts`
    are told apart though no condition asks for them.
    """

    normalized: bool = False
    merged: bool = False
    cuts: tuple[Expression, ...] = ()
    hosts: Expression = _HOSTS
    other_hosts: tuple[Expression, ...] = ()
    callers: Expression = _CALLERS


@dataclass(frozen=True, slots=True)
class Values:
    """A dimension's parts. `absent` is the number of the part without any value, or None.

    The sets of `predicates` are in `masks`, as bits.
    """

    dimension: Dimension
    parts: tuple[Part, ...]
    absent: int | None
    predicates: tuple[Predicate, ...]
    masks: Mapping[Predicate, int]

    @property
    def size(self) -> int:
        """The number of parts, the one without a value included."""
        return len(self.parts) + (self.absent is not None)

    def example(self, parts: int) -> str | None:
        """Return a value of the given parts; None for no value."""
        for number, part in enumerate(self.parts):
            if parts >> number & 1:
                return part.example
        return None


def values(
    dimension: Dimension,
    predicates: Iterable[Predicate],
    known: Surroundings,
    effort: Effort,
) -> Values:
    """Cut the values of a dimension. Raises TooLargeError when the budget does not suffice."""
    distinct = tuple(dict.fromkeys(predicates))
    languages = tuple(dict.fromkeys(one.language for one in distinct if one.language is not None))
    parts = _parts(dimension, languages, known, effort)
    optional = dimension.aspect in (Aspect.HEADER, Aspect.QUERY, Aspect.UNKNOWN)
    absent = len(parts) if optional else None
    places = {language: place for place, language in enumerate(languages)}
    masks = {one: _mask(one, parts, places, absent) for one in distinct}
    return Values(dimension, parts, absent, distinct, masks)


def _parts(
    dimension: Dimension, languages: Sequence[Expression], known: Surroundings, effort: Effort
) -> tuple[Part, ...]:
    if dimension.aspect is Aspect.PATH:
        domain = _PLAIN_PATHS if known.normalized else _PATHS
        outside: list[Expression] = [_DOTS] if known.normalized else []
        outside += [_DOUBLE_SLASHES] if known.merged else []
        return _within([*languages, *known.cuts], domain, outside, effort)
    if dimension.aspect is Aspect.HOST:
        return _within(languages, known.hosts, known.other_hosts, effort)
    if dimension.aspect is Aspect.CALLER:
        return partition(languages, known.callers, effort)
    if dimension.aspect is Aspect.METHOD:
        return _methods(languages, effort)
    if dimension.aspect is Aspect.UNKNOWN:
        return (Part(frozenset(), ""),)
    return partition(languages, _DOMAINS[dimension.aspect], effort)


_DOMAINS: Mapping[Aspect, Expression] = {
    Aspect.HEADER: _HEADER_VALUES,
    Aspect.QUERY: _QUERY_VALUES,
    Aspect.ADDRESS: ADDRESSES,
}


def _within(
    languages: Sequence[Expression],
    domain: Expression,
    outside: Sequence[Expression],
    effort: Effort,
) -> tuple[Part, ...]:
    """Cut a domain less what is in the languages `outside`."""
    count = len(languages)
    return tuple(
        part
        for part in partition([*languages, *outside], domain, effort)
        if all(number < count for number in part.inside)
    )


def _methods(languages: Sequence[Expression], effort: Effort) -> tuple[Part, ...]:
    """Join methods that no condition tells apart."""
    found: dict[frozenset[int], Part] = {}
    for method in METHODS:
        (part,) = partition(languages, expressions.exact(method), effort)
        found.setdefault(part.inside, part)
    return tuple(found.values())


def _mask(
    predicate: Predicate,
    parts: Sequence[Part],
    places: Mapping[Expression, int],
    absent: int | None,
) -> int:
    place = places[predicate.language] if predicate.language is not None else None
    mask = 0
    for number, part in enumerate(parts):
        inside = place is None or place in part.inside
        if inside != predicate.inverted:
            mask |= 1 << number
    if absent is not None and predicate.absent:
        mask |= 1 << absent
    return mask
