"""Host names as Istio treats them: short names, wildcards, which of two is more specific."""

from collections.abc import Iterable

ANY = "*"


def fqdn(host: str, namespace: str, domain: str) -> str:
    """Complete a short name by its object's namespace; a name with a dot is complete already."""
    if "." in host or host == ANY:
        return host.lower()
    return f"{host.lower()}.{namespace}.svc.{domain}"


def is_wildcard(host: str) -> bool:
    """Say whether it stands for many names: `*` or `*.example.com`."""
    return host.startswith(ANY)


def covers(pattern: str, host: str) -> bool:
    """Say whether every name that `host` stands for is one that `pattern` stands for."""
    if is_wildcard(pattern):
        return host.endswith(pattern[1:]) and (is_wildcard(host) or len(host) >= len(pattern))
    return pattern == host


def overlap(one: str, other: str) -> str | None:
    """Return the names that both stand for: the narrower of the two, None when there are none."""
    if covers(one, other):
        return other
    return one if covers(other, one) else None


def most_specific(host: str, patterns: Iterable[str]) -> str | None:
    """Return the pattern that covers `host` with the longest text; an exact one beats all."""
    covering = [pattern for pattern in patterns if covers(pattern, host)]
    return max(covering, key=specificity, default=None)


def specificity(pattern: str) -> tuple[bool, int, str]:
    """Return a sort key that grows with how little a pattern covers."""
    return (not is_wildcard(pattern), len(pattern), pattern)


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
