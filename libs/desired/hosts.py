"""Host names of the mesh: short names in full, patterns with a `*` in front."""

from collections.abc import Iterable

MESH_DOMAIN = "cluster.local"
"""DNS domain below which Kubernetes services have their names."""

EVERY_HOST = "*"


def full_host(host: str, namespace: str, domain: str = MESH_DOMAIN) -> str:
    """Return a name without a dot as the service of that name in `namespace`; others as they are.

    Only a name without any dot is short: `reviews.default` is a name of its own.
    """
    if "." in host or host.startswith(EVERY_HOST):
        return host
    return f"{host}.{namespace}.svc.{domain}"


def in_mesh(host: str, domain: str = MESH_DOMAIN) -> bool:
    """Say whether a full host name lies below the domain of the mesh's own services."""
    return host.endswith(f".svc.{domain}")


def is_pattern(host: str) -> bool:
    """Say whether a host stands for many."""
    return host.startswith(EVERY_HOST)


def covers(pattern: str, host: str) -> bool:
    """Say whether every name that `host` stands for is one that `pattern` stands for."""
    if is_pattern(pattern):
        return host.endswith(pattern[1:]) and (pattern == EVERY_HOST or len(host) >= len(pattern))
    return host == pattern


def overlap(first: str, second: str) -> bool:
    """Say whether some name belongs to both."""
    return covers(first, second) or covers(second, first)


def most_specific(patterns: Iterable[str], host: str) -> str | None:
    """Return the pattern that decides about `host`: itself, else the longest one; None: none."""
    fitting = [pattern for pattern in patterns if covers(pattern, host)]
    return max(fitting, key=lambda one: (not is_pattern(one), len(one), one), default=None)
