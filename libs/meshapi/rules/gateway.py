"""Rules of a Gateway."""

from collections.abc import Iterator

from libs.meshapi.gateway import Gateway, Server
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import protocol_problem, unique

_NAMESPACE_MARKS = frozenset({"*", "."})
_ENCRYPTED = frozenset({"HTTPS", "TLS"})


def check(obj: Gateway) -> Iterator[Problem]:
    """Check every server: port, hosts, bind address, TLS where the protocol needs it."""
    servers = obj.spec.servers
    if not servers:
        yield Problem(("spec",), "the gateway serves nothing; write at least one item in `servers`")
    yield from unique(("spec", "servers"), [one.name for one in servers], "name", "server name")
    for index, server in enumerate(servers):
        yield from _server(("spec", "servers", index), server)


def _server(path: Path, server: Server) -> Iterator[Problem]:
    yield from protocol_problem((*path, "port", "protocol"), server.port.protocol)
    if server.port.protocol.upper() in _ENCRYPTED and server.tls is None:
        text = f"protocol `{server.port.protocol}` needs `tls`; write its mode and certificate"
        yield Problem((*path, "port", "protocol"), text)
    if server.bind and not (names.is_ip(server.bind) or server.bind.startswith("unix://")):
        text = f"`bind`: {quoted(server.bind)} is no address; write an IP address"
        yield Problem((*path, "bind"), text)
    if not server.hosts:
        yield Problem((*path, "hosts"), "the server has no hosts; write at least one, such as `*`")
    for index, host in enumerate(server.hosts):
        fault = host_fault(host)
        if fault is not None:
            yield Problem((*path, "hosts", index), fault)


def host_fault(text: str) -> str | None:
    """Check a server's host: `host` or `namespace/host`, the namespace a name, `*` or `.`."""
    if "/" in text:
        return names.scoped_host_fault(text, _NAMESPACE_MARKS)
    return None if names.is_ip(text) else names.host_fault(text)
