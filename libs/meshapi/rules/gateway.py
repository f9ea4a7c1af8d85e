"""Rules of a Gateway."""

import re
from collections.abc import Iterator

from libs.meshapi.gateway import Gateway, Server, ServerTLS
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import alternatives, each, protocol_problem, unique, written

_NAMESPACE_MARKS = frozenset({"*", "."})
_OWN_CERTIFICATE = frozenset({"SIMPLE", "MUTUAL", "OPTIONAL_MUTUAL"})
_NO_CERTIFICATE = frozenset({"PASSTHROUGH", "AUTO_PASSTHROUGH", "ISTIO_MUTUAL"})
_VERSIONS = ("TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3")
_ENCRYPTED = frozenset({"HTTPS", "TLS"})
_SPKI = re.compile(r"[A-Za-z0-9+/]{43}=")
_HASH = re.compile(r"[0-9A-Fa-f]{64}|[0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2}){31}")


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
    if server.tls is not None:
        yield from server_tls((*path, "tls"), server.tls, server.port.protocol)
    if server.bind and not (names.is_ip(server.bind) or server.bind.startswith("unix://")):
        text = f"`bind`: {quoted(server.bind)} is no address; write an IP address"
        yield Problem((*path, "bind"), text)
    if not server.hosts:
        yield Problem((*path, "hosts"), "the server has no hosts; write at least one, such as `*`")
    for index, host in enumerate(server.hosts):
        fault = host_fault(host)
        if fault is not None:
            yield Problem((*path, "hosts", index), fault)


def _spki_fault(value: str) -> str | None:
    """Envoy takes the SHA-256 of a public key in base64 and refuses a listener with another."""
    if _SPKI.fullmatch(value) is not None:
        return None
    return f"{quoted(value)} is no SHA-256 in base64, such as `openssl enc -base64` writes"


def _hash_fault(value: str) -> str | None:
    if _HASH.fullmatch(value) is not None:
        return None
    text = f"{quoted(value)} is no SHA-256 in hexadecimal digits"
    return f"{text}; write all 64, with or without colons"


def server_tls(path: Path, tls: ServerTLS, protocol: str) -> Iterator[Problem]:
    """Check that the certificate fits the mode, and the mode the protocol."""
    yield from alternatives(path, tls)
    if tls.https_redirect and protocol.upper() in _ENCRYPTED:
        text = f"`httpsRedirect` answers plain HTTP, and this port speaks `{protocol}`; remove it"
        yield Problem((*path, "httpsRedirect"), text, at_key=True)
    if not protocol or protocol.upper() not in _ENCRYPTED:
        return
    spki, digest = (*path, "verifyCertificateSpki"), (*path, "verifyCertificateHash")
    yield from each(spki, tls.verify_certificate_spki, _spki_fault)
    yield from each(digest, tls.verify_certificate_hash, _hash_fault)
    secret = written(tls, "credential_name", "credential_names", "tls_certificates")
    if tls.mode in _OWN_CERTIFICATE and not secret:
        if not (tls.server_certificate and tls.private_key):
            text = (
                f"mode `{tls.mode}` needs a certificate; write `credentialName`, or "
                "`serverCertificate` and `privateKey`"
            )
            yield Problem(path, text)
        elif tls.mode == "MUTUAL" and not (tls.ca_certificates or tls.ca_cert_credential_name):
            yield Problem(path, "mode `MUTUAL` checks clients; write `caCertificates`")
    if tls.mode in _NO_CERTIFICATE:
        for name in (*secret, *written(tls, "server_certificate", "private_key")):
            text = f"mode `{tls.mode}` uses no certificate of its own; remove `{name}`"
            yield Problem((*path, name), text, at_key=True)
    versions = [
        _VERSIONS.index(one) for one in (tls.min_protocol_version, tls.max_protocol_version)
    ]
    if 0 not in versions and versions[0] > versions[1]:
        text = "the lowest version is above the highest; write `maxProtocolVersion` above it"
        yield Problem((*path, "minProtocolVersion"), text)


def host_fault(text: str) -> str | None:
    """Check a server's host: `host` or `namespace/host`, the namespace a name, `*` or `.`."""
    if "/" in text:
        return names.scoped_host_fault(text, _NAMESPACE_MARKS)
    return None if names.is_ip(text) else names.host_fault(text)
