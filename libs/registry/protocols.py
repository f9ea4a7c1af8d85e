"""Which protocol a port speaks: what it says, else the first word of its name."""

from libs.registry.service import Protocol

_BY_WORD = {
    "grpc": Protocol.GRPC,
    "grpc-web": Protocol.GRPC_WEB,
    "http": Protocol.HTTP,
    "http2": Protocol.HTTP2,
    "http_proxy": Protocol.HTTP,
    "https": Protocol.HTTPS,
    "hbone": Protocol.TCP,
    "mongo": Protocol.TCP,
    "mysql": Protocol.TCP,
    "redis": Protocol.TCP,
    "tcp": Protocol.TCP,
    "tls": Protocol.TLS,
    "udp": Protocol.UDP,
    "kubernetes.io/h2c": Protocol.HTTP2,
    "kubernetes.io/ws": Protocol.HTTP,
    "kubernetes.io/wss": Protocol.HTTPS,
}
SERVER_FIRST_PORTS = frozenset({25, 53, 3306, 27017})
"""SMTP, DNS, MySQL, MongoDB: a proxy that waits for the client's first bytes waits for ever."""

KNOWN_WORDS = tuple(sorted(_BY_WORD))
"""Every word that names a protocol, in lower case."""


def named_protocol(word: str) -> Protocol | None:
    """Return the protocol that a word names, in any case; None for an unknown word."""
    return _BY_WORD.get(word.lower())


def kubernetes_protocol(
    name: str, transport: str, app_protocol: str | None, number: int = 0
) -> Protocol:
    """Return the protocol of a Service's port: appProtocol, then `<word>` or `<word>-...`.

    What nothing names is found out from the first bytes, but for ports whose servers speak first.
    """
    if transport == "UDP":
        return Protocol.UDP
    if app_protocol is not None:
        return named_protocol(app_protocol) or _unnamed(number)
    if name.startswith("grpc-web"):
        return Protocol.GRPC_WEB
    return named_protocol(name.partition("-")[0]) or _unnamed(number)


def entry_protocol(name: str, protocol: str, number: int = 0) -> Protocol:
    """Return the protocol of a ServiceEntry's port: what it says, then its name."""
    if protocol:
        return named_protocol(protocol) or Protocol.TCP
    return kubernetes_protocol(name, "TCP", None, number)


def stated_protocol(name: str, protocol: str) -> Protocol:
    """Return the protocol of a listener that somebody states; without one it is bytes."""
    found = entry_protocol(name, protocol)
    return Protocol.TCP if found is Protocol.AUTO else found


def _unnamed(number: int) -> Protocol:
    return Protocol.TCP if number in SERVER_FIRST_PORTS else Protocol.AUTO
