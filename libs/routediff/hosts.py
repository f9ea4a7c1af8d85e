"""Which virtual hosts answer for which hosts, in two route configurations at once."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.matchsets import expressions
from libs.matchsets.expressions import Chain, Expression, Letter, Repeat
from libs.matchsets.letters import of
from libs.routing.hosts import table
from libs.routing.outcome import UndecidedError

_ANY: Final = "*"
_HOST_LETTERS = Letter(of("abcdefghijklmnopqrstuvwxyz0123456789-.:"))
_SOME = Chain((_HOST_LETTERS, Repeat(_HOST_LETTERS)))
_EXAMPLE_LABEL = "any"

Config = route_pb2.RouteConfiguration | None


@dataclass(frozen=True, slots=True)
class Region:
    """Hosts for which the same virtual hosts answer on both sides; None is nobody.

    `pattern` is a name or a wildcard; the names and wildcards in `without` are not in it.
    """

    pattern: str
    without: tuple[str, ...]
    example: str
    old: rc.VirtualHost | None
    new: rc.VirtualHost | None

    @property
    def language(self) -> Expression:
        """The hosts of the pattern."""
        return language(self.pattern)


def regions(old: Config, new: Config) -> Iterator[Region]:
    """Yield the regions of all hosts.

    Raises UndecidedError for a configuration that is not understood.
    """
    known = sorted({_ANY} | _patterns(old) | _patterns(new))
    wild = [one for one in known if _ANY in one and one != _ANY]
    if len({one.startswith(_ANY) for one in wild}) > 1:
        raise UndecidedError("domains with wildcards in front and behind in one configuration")
    tables = [table(one) if one is not None else None for one in (old, new)]
    for pattern in known:
        without = _narrower(pattern, known)
        example = _example(pattern, without)
        if example is not None:
            answering = [one.answering(example) if one is not None else None for one in tables]
            yield Region(pattern, without, example, *answering)


def _patterns(config: Config) -> set[str]:
    held = config.virtual_hosts if config is not None else ()
    return {domain.lower() for one in held for domain in one.domains}


def _narrower(pattern: str, known: list[str]) -> tuple[str, ...]:
    if _ANY not in pattern:
        return ()
    return tuple(one for one in known if one != pattern and _covers(pattern, one))


def _example(pattern: str, without: tuple[str, ...]) -> str | None:
    """Return a host of a pattern that no narrower one covers; None when there is none."""
    if _ANY not in pattern:
        return pattern
    for number in range(len(without) + 1):
        label = _EXAMPLE_LABEL + (str(number) if number else "")
        host = pattern.replace(_ANY, f"{label}.example" if pattern == _ANY else label)
        if not any(_covers(one, host) for one in without):
            return host
    return None


def _covers(pattern: str, host: str) -> bool:
    if pattern.startswith(_ANY):
        return host.endswith(pattern[1:]) and len(host) >= len(pattern)
    if pattern.endswith(_ANY):
        return host.startswith(pattern[:-1]) and len(host) >= len(pattern)
    return pattern == host


def language(pattern: str) -> Expression:
    """Return the hosts that a pattern stands for; a wildcard stands for at least one letter."""
    if pattern == _ANY:
        return _SOME
    if pattern.startswith(_ANY):
        return Chain((_SOME, expressions.exact(pattern[1:])))
    if pattern.endswith(_ANY):
        return Chain((expressions.exact(pattern[:-1]), _SOME))
    return expressions.exact(pattern)
