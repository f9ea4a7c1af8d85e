"""Which virtual host answers for a host: the name itself, then the longest wildcard."""

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.routing.outcome import FailedError, Failure, UndecidedError, understood

_ANY = "*"
_EXACT, _SUFFIX, _PREFIX, _EVERY = range(4)
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


def find(config: route_pb2.RouteConfiguration, host: str) -> rc.VirtualHost:
    """Return the virtual host for a host, whose letters' case means nothing.

    A port is a part of the host unless the configuration says otherwise.
    """
    understood(config, _KNOWN, "route_config")
    name = host.lower()
    if config.ignore_port_in_host_matching:
        name = without_port(name)
    ranked = [
        (rank, virtual_host)
        for virtual_host in config.virtual_hosts
        for domain in virtual_host.domains
        if (rank := _rank(domain.lower(), name)) is not None
    ]
    if ranked:
        return min(ranked, key=lambda one: one[0])[1]
    if config.HasField("vhds"):
        raise UndecidedError("route_config.vhds")
    raise FailedError(Failure.NO_VIRTUAL_HOST)


def _rank(domain: str, host: str) -> tuple[int, int] | None:
    """Return what counts more (smaller is more), None when the domain does not cover the host.

    A wildcard stands for at least one letter; one in front counts before one at the end.
    """
    if domain == _ANY:
        return _EVERY, 0
    if domain == host:
        return _EXACT, 0
    if len(host) < len(domain):
        return None
    if domain.startswith(_ANY) and host.endswith(domain[1:]):
        return _SUFFIX, -len(domain)
    if domain.endswith(_ANY) and host.startswith(domain[:-1]):
        return _PREFIX, -len(domain)
    return None


def without_port(host: str) -> str:
    """Return a host without its port; the colons of an IPv6 address in brackets stay."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() and not name.endswith(":") else host
