"""Which virtual host answers for a host: the name itself, then the longest wildcard."""

from collections.abc import Mapping
from dataclasses import dataclass

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.routing.outcome import FailedError, Failure, UndecidedError, understood

_ANY = "*"
_KNOWN = frozenset(
    {
        "name",
        "virtual_hosts",
        "validate_clusters",
        "ignore_port_in_host_matching",
        "request_headers_to_add",
        "request_headers_to_remove",
        "response_headers_to_add",
        "response_headers_to_remove",
        "most_specific_header_mutations_wins",
        "max_direct_response_body_size_bytes",
        "request_mirror_policies",
        "metadata",
        "typed_per_filter_config",
        "vhds",
        "internal_only_headers",
    }
)


@dataclass(frozen=True, slots=True)
class HostTable:
    """Virtual hosts by domain. Wildcards stand longest first, those in front before those behind.

    A wildcard stands for at least one letter.
    """

    exact: Mapping[str, rc.VirtualHost]
    suffixes: tuple[tuple[str, rc.VirtualHost], ...]
    prefixes: tuple[tuple[str, rc.VirtualHost], ...]
    everything: rc.VirtualHost | None
    ignores_port: bool

    def answering(self, host: str) -> rc.VirtualHost | None:
        """Return the virtual host for a host, whose letters' case means nothing."""
        name = host.lower()
        if self.ignores_port:
            name = without_port(name)
        if name in self.exact:
            return self.exact[name]
        for suffix, virtual_host in self.suffixes:
            if name.endswith(suffix) and len(name) > len(suffix):
                return virtual_host
        for prefix, virtual_host in self.prefixes:
            if name.startswith(prefix) and len(name) > len(prefix):
                return virtual_host
        return self.everything


def table(config: route_pb2.RouteConfiguration) -> HostTable:
    """Index the virtual hosts of a configuration; of several for one domain the first counts.

    Raises UndecidedError for a configuration that is not understood.
    """
    understood(config, _KNOWN, "route_config")
    by_domain: dict[str, rc.VirtualHost] = {}
    for virtual_host in config.virtual_hosts:
        for domain in virtual_host.domains:
            by_domain.setdefault(domain.lower(), virtual_host)
    everything = by_domain.pop(_ANY, None)
    in_front = {one[1:]: at for one, at in by_domain.items() if one.startswith(_ANY)}
    behind = {
        one[:-1]: at
        for one, at in by_domain.items()
        if one.endswith(_ANY) and not one.startswith(_ANY)
    }
    return HostTable(
        {one: at for one, at in by_domain.items() if _ANY not in (one[:1], one[-1:])},
        _longest_first(in_front),
        _longest_first(behind),
        everything,
        config.ignore_port_in_host_matching,
    )


def _longest_first(
    found: Mapping[str, rc.VirtualHost],
) -> tuple[tuple[str, rc.VirtualHost], ...]:
    return tuple(sorted(found.items(), key=lambda one: -len(one[0])))


def find(config: route_pb2.RouteConfiguration, host: str) -> rc.VirtualHost:
    """Return the virtual host for a host.

    A port is a part of the host unless the configuration says otherwise.
    """
    found = table(config).answering(host)
    if found is not None:
        return found
    if config.HasField("vhds"):
        raise UndecidedError("route_config.vhds")
    raise FailedError(Failure.NO_VIRTUAL_HOST)


def without_port(host: str) -> str:
    """Return a host without its port; the colons of an IPv6 address in brackets stay."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and not name.endswith(":") else host
