"""Servers of Gateways by port: which may share one, and what TLS they speak."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum

from libs.compile.ledger import Ledger
from libs.compile.servertls import TERMINATING
from libs.envoy import names
from libs.meshapi.gateway import Gateway, Server
from libs.registry.hostnames import ANY
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol

_ENCRYPTED = frozenset({Protocol.HTTPS, Protocol.TLS})


class Sort(Enum):
    """What is done with the connections of a port: only one sort can share it."""

    HTTP = "plain HTTP"
    TLS = "TLS"
    TCP = "TCP"


@dataclass(slots=True)
class GatewayPort:
    """All servers of one port and bind address, in the order of their Gateways."""

    number: int
    bind: str
    sort: Sort
    servers: list[tuple[Gateway, Server]] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @property
    def route_name(self) -> str:
        """`http.80`, or with a bind address `http.80.10.0.0.1`."""
        name = names.gateway_route(self.number)
        return f"{name}.{self.bind}" if self.bind else name


def ports_of(gateways: Iterable[Gateway], ledger: Ledger) -> list[GatewayPort]:
    """Group servers; one that cannot share its port with those before it is left out and said."""
    ports: dict[tuple[int, str], GatewayPort] = {}
    for gateway in gateways:
        for server in gateway.spec.servers:
            reason = _unserved(server)
            key = (server.port.number, server.bind)
            port = ports.get(key) or GatewayPort(*key, sort_of(server))
            reason = reason or _conflict(port, server)
            if reason is not None:
                ledger.problem(
                    f"{gateway.key}: server on port {server.port.number} is left out: {reason}"
                )
                continue
            ports[key] = port
            port.servers.append((gateway, server))
            if port.sort is Sort.TLS:
                port.taken.update(server_hosts(server))
    return [ports[key] for key in sorted(ports)]


def sort_of(server: Server) -> Sort:
    """Return what a server does with connections."""
    protocol = _protocol(server)
    if protocol in _ENCRYPTED or (server.tls is not None and not protocol.is_http):
        return Sort.TLS
    return Sort.HTTP if protocol.is_http else Sort.TCP


def reads_requests(server: Server) -> bool:
    """Say whether requests inside a TLS server's connections are routed one by one."""
    return _protocol(server) is Protocol.HTTPS and terminates(server)


def terminates(server: Server) -> bool:
    """Say whether the gateway itself ends the TLS of a server's connections."""
    return server.tls is not None and server.tls.mode in TERMINATING


def crosses(server: Server) -> bool:
    """Say whether calls from other networks go straight to the service that they name."""
    return server.tls is not None and server.tls.mode == "AUTO_PASSTHROUGH"


def server_hosts(server: Server) -> Sequence[str]:
    """Return a server's hosts without their namespaces, each once."""
    return tuple(dict.fromkeys(text.rpartition("/")[2].lower() for text in server.hosts))


def server_names(server: Server) -> Sequence[str]:
    """Return the names that clients ask for; none means whatever they ask for."""
    hosts = server_hosts(server)
    return () if ANY in hosts else hosts


def _protocol(server: Server) -> Protocol:
    return entry_protocol(server.port.name, server.port.protocol)


def _unserved(server: Server) -> str | None:
    if sort_of(server) is Sort.TLS and server.tls is None:
        return f"protocol {server.port.protocol} needs `tls`; write its mode and certificate"
    return None


def _conflict(port: GatewayPort, server: Server) -> str | None:
    """Plain HTTP shares a port with plain HTTP, TLS with TLS for other hosts, TCP with nobody."""
    if not port.servers:
        return None
    former = port.servers[0][0].key
    sort = sort_of(server)
    if sort is not port.sort or sort is Sort.TCP:
        return f"{former} has the port for {port.sort.value}"
    twice = sorted(port.taken & set(server_hosts(server))) if sort is Sort.TLS else []
    return f"another server on the port has TLS for host {twice[0]}" if twice else None
