"""Which names a host with a `*` in front stands for."""

ANY = "*"


def is_wildcard(host: str) -> bool:
    """Say whether it stands for many names: `*` or `*.example.com`."""
    return host.startswith(ANY)


def covers(pattern: str, host: str) -> bool:
    """Say whether every name that `host` stands for is one that `pattern` stands for."""
    if is_wildcard(pattern):
        return host.endswith(pattern[1:]) and (is_wildcard(host) or len(host) >= len(pattern))
    return pattern == host
