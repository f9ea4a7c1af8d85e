"""Host names as Istio treats them: short names, wildcards, which of two is more specific."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from libs.registry.hostnames import ANY, covers, is_wildcard

T = TypeVar("T")


def fqdn(host: str, namespace: str, domain: str) -> str:
    """Complete a short name by its object's namespace; a name with a dot is complete already."""
    if "." in host or host == ANY:
        return host.lower()
    return f"{host.lower()}.{namespace}.svc.{domain}"


def overlap(one: str, other: str) -> str | None:
    """Return the names that both stand for: the narrower of the two, None when there are none."""
    if covers(one, other):
        return other
    return one if covers(other, one) else None


@dataclass(frozen=True, slots=True)
class HostIndex(Generic[T]):
    """Values by host pattern. `wildcards` are patterns, the longest first."""

    by_pattern: Mapping[str, T]
    wildcards: tuple[str, ...]

    def find(self, host: str) -> T | None:
        """Return the value of the most specific pattern that covers `host`.

        The name itself beats every wildcard, and of those the longest covers the fewest names.
        """
        if host in self.by_pattern:
            return self.by_pattern[host]
        best = next((pattern for pattern in self.wildcards if covers(pattern, host)), None)
        return self.by_pattern[best] if best is not None else None


def host_index(values: Iterable[tuple[str, T]]) -> HostIndex[T]:
    """Index values by pattern; of several for one pattern the first counts."""
    by_pattern: dict[str, T] = {}
    for pattern, value in values:
        by_pattern.setdefault(pattern, value)
    wildcards = sorted(filter(is_wildcard, by_pattern), key=len, reverse=True)
    return HostIndex(by_pattern, tuple(wildcards))


def short_names(host: str, client_domain: str) -> tuple[str, ...]:
    """Return the shorter names by which a client within `ns.svc.cluster.local` may call a host.

    For `reviews.default.svc.cluster.local` from namespace default: `reviews`, `reviews.default`
    and `reviews.default.svc`; from another namespace the last two.
    """
    labels, mine = host.split("."), client_domain.split(".")
    mesh = mine[1:]
    if len(mine) < 2 or len(labels) != len(mine) + 1 or labels[2:] != mesh:
        return ()
    name, namespace = labels[0], labels[1]
    local = (name,) if namespace == mine[0] else ()
    return (*local, f"{name}.{namespace}", f"{name}.{namespace}.{mesh[0]}")
