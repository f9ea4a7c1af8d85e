"""Certificates of Gateways: the Secrets that they name, and Gateways that share one.

Most repositories hold no Secrets, and rightly. So a Secret that is not there is a warning, and only
where others of its namespace are there and nothing makes one of that name. One that has values and
no certificate among them is an error.
"""

from collections.abc import Iterator, Mapping, Sequence

from libs.compile.credentials import PEM, credentials
from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import istiorules, rules
from libs.lint.clusterview import ClusterView
from libs.lint.coreservices import services_of
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.lint.workloads import EVERYWHERE, selected
from libs.meshapi.gateway import Gateway, Server, ServerTLS
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.secret import Secret

_CERTIFICATE_KEYS = (("tls.crt", "tls.key"), ("cert", "key"))
_AUTHORITY_KEYS = ("ca.crt", "cacert")
_VERIFYING = frozenset({"MUTUAL", "OPTIONAL_MUTUAL"})
_AUTHORITY_SUFFIX = "-cacert"


def _shown(server: Server) -> str:
    """Return what stands for the certificate of a server."""
    return (server.tls.credential_name or server.tls.server_certificate) if server.tls else ""


def _selector(obj: Gateway) -> tuple[tuple[str, str], ...]:
    return tuple(obj.spec.selector.items())


def _made(obj: OpaqueObject, _domain: str) -> Iterator[str]:
    """Return the names of Secrets that an object may make: its own, or one that it names."""
    spec = obj.spec if isinstance(obj.spec, Mapping) else {}
    target = spec.get("target")
    named = (spec.get("secretName"), target.get("name") if isinstance(target, Mapping) else None)
    yield obj.metadata.name
    yield from (name for name in named if isinstance(name, str))


_SECRETS = Index(Secret, lambda one, _: ((one.namespace, one.metadata.name),))
_IN_NAMESPACE = Index(Secret, lambda one, _: (one.namespace,))
_MADE = Index(OpaqueObject, _made)
_SHOWING = Index(
    Gateway,
    lambda one, _: ((_selector(one), _shown(server)) for server in one.spec.servers),
)


def check(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Check the credentials of every server of a Gateway, and its ports."""
    for index, server in enumerate(one.object.spec.servers):
        if server.tls is not None:
            path: Path = ("spec", "servers", index, "tls")
            yield from _credentials(view, one, (path, server.tls))
            yield from _shared(view, one, (path, server))
    yield from _ports(view, one)


CHECKS = (each(Gateway, check),)


def _credentials(
    view: ClusterView, one: Subject[Gateway], server: tuple[Path, ServerTLS]
) -> Iterator[Finding]:
    path, tls = server
    named: list[tuple[Path, str]] = []
    if tls.credential_name:
        named.append(((*path, "credentialName"), tls.credential_name))
    named += [
        ((*path, "credentialNames", at), name) for at, name in enumerate(tls.credential_names)
    ]
    places = _namespaces(view, one)
    for here, name in named:
        if ":" in name or "/" in name:
            continue
        found = [secret for place in places for secret in view.find(_SECRETS, (place, name))]
        if not found:
            yield from _missing(view, one, (here, name), places)
        elif not all(_keys(secret.object) for secret in found):
            continue
        elif not any(_is_certificate(secret.object) for secret in found):
            text = f"{found[0].key} has no certificate; it needs the keys `tls.crt` and `tls.key`"
            yield report(istiorules.BAD_CREDENTIAL, one, here, text, [found[0]])
        elif fault := _fault(found[0].object):
            text = f"{found[0].key} {fault}; Envoy would not take it; put the right pair there"
            yield report(istiorules.BAD_CREDENTIAL, one, here, text, [found[0]])
        elif tls.mode in _VERIFYING and not tls.ca_cert_credential_name:
            yield from _authority(view, one, (here, name), found[0])


def _namespaces(view: ClusterView, one: Subject[Gateway]) -> Sequence[str]:
    """Return where a Gateway's proxies look: their own namespace, or else the Gateway's."""
    selector = one.object.spec.selector
    proxies = selected(view, EVERYWHERE, selector) if selector else ()
    return tuple(dict.fromkeys((*(proxy.namespace for proxy in proxies), one.namespace)))


def _missing(
    view: ClusterView,
    one: Subject[Gateway],
    place: tuple[Path, str],
    places: Sequence[str],
) -> Iterator[Finding]:
    here, name = place
    known = [secret.key.name for where in places for secret in view.find(_IN_NAMESPACE, where)]
    if known and not view.find(_MADE, name):
        near = nearest(name, known)
        hint = f"did you mean `{near}`?" if near else "add it, or correct the name"
        text = f"there is no Secret `{name}` in namespace `{places[0]}`; {hint}"
        yield report(rules.MISSING.as_level(Level.WARNING), one, here, text)


def _authority(
    view: ClusterView, one: Subject[Gateway], place: tuple[Path, str], secret: Subject[Secret]
) -> Iterator[Finding]:
    """Mutual TLS needs an authority as well, in the same Secret or in one beside it."""
    here, name = place
    beside = view.find(_SECRETS, (secret.namespace, f"{name}{_AUTHORITY_SUFFIX}"))
    keys = _keys(secret.object).union(*(_keys(other.object) for other in beside))
    if not keys & {*_AUTHORITY_KEYS}:
        text = (
            f"neither {secret.key} nor `{name}{_AUTHORITY_SUFFIX}` has the authority of clients' "
            "certificates; add the key `ca.crt`"
        )
        yield report(istiorules.BAD_CREDENTIAL, one, here, text, [secret])


def _is_certificate(secret: Secret) -> bool:
    keys = _keys(secret)
    return any(keys >= {*pair} for pair in _CERTIFICATE_KEYS)


def _fault(secret: Secret) -> str:
    """Say why a certificate and its key are of no use; values that are not there are no fault."""
    (known,) = credentials([secret]).values()
    return known.fault if PEM in known.chain else ""


def _keys(secret: Secret) -> frozenset[str]:
    both = (secret.data, secret.string_data)
    return frozenset(key for some in both for key, value in some.items() if value)


def _shared(
    view: ClusterView, one: Subject[Gateway], place: tuple[Path, Server]
) -> Iterator[Finding]:
    """Find an older Gateway of the same proxies with the same certificate.

    A browser that has a connection for one host reuses it for the other one, whose rules it then
    never meets. Servers of one Gateway are said to belong together.
    """
    path, server = place
    key = (_selector(one.object), _shown(server))
    former = view.find(_SHOWING, key)[0] if key[1] else one
    if former is one:
        return
    hosts = {host for item in former.object.spec.servers if _shown(item) for host in item.hosts}
    if not hosts >= {*server.hosts}:
        text = (
            f"{former.key} shows the same certificate for other hosts, and clients that "
            "reuse a connection get the wrong one's rules; merge them"
        )
        yield report(istiorules.SHARED_CERTIFICATE, one, path, text, [former])


def _ports(view: ClusterView, one: Subject[Gateway]) -> Iterator[Finding]:
    """Find ports that no Service in front of a Gateway's proxies has, by number or by target."""
    selector = one.object.spec.selector
    services = {
        service: None
        for proxy in (selected(view, EVERYWHERE, selector) if selector else ())
        for service in services_of(view, proxy.namespace, proxy.labels)
    }
    ports = [port for service in services for port in service.object.spec.ports]
    known = {number for port in ports for number in (port.port, port.target_port)}
    for index, server in enumerate(one.object.spec.servers if ports else ()):
        if server.port.number not in known:
            known.add(server.port.number)
            names = ", ".join(str(service.key) for service in services)
            text = (
                f"{names} has no port {server.port.number}, so this is not called through it; "
                "add the port, or serve one that it has"
            )
            path: Path = ("spec", "servers", index, "port")
            yield report(istiorules.PORT_NOT_ON_SERVICE, one, path, text)
