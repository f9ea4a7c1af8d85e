"""Rules of Gateway and BackendTLSPolicy of the Gateway API."""

import re
from collections.abc import Iterator

from libs.meshapi import patterns
from libs.meshapi.gatewayapi.backendtlspolicy import BackendTLSPolicy, BackendValidation
from libs.meshapi.gatewayapi.gateway import (
    Gateway,
    GatewayAddress,
    GatewaySpec,
    Listener,
    ListenerNamespaces,
    RouteNamespaces,
)
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules import names
from libs.meshapi.rules.common import unique
from libs.meshapi.rules.selection import requirements

_HOSTNAME = re.compile(patterns.HOSTNAME)
_WITHOUT_TLS = frozenset({"HTTP", "TCP", "UDP"})
_WITHOUT_HOSTNAME = frozenset({"TCP", "UDP"})
_LISTENERS: Path = ("spec", "listeners")


def check_gateway(obj: Gateway) -> Iterator[Problem]:
    """Check listeners by themselves and against each other, addresses, and TLS by port."""
    spec = obj.spec
    yield from unique(_LISTENERS, [one.name for one in spec.listeners], "name", "listener name")
    yield from _same(spec)
    for index, listener in enumerate(spec.listeners):
        yield from _listener((*_LISTENERS, index), listener)
    for index, address in enumerate(spec.addresses):
        yield from _address(("spec", "addresses", index), address)
    shown = [f"{one.type} {one.value}" if one.value else "" for one in spec.addresses]
    yield from unique(("spec", "addresses"), shown, "value", "address")
    if spec.tls is not None and spec.tls.frontend is not None:
        ports = [one.port for one in spec.tls.frontend.per_port]
        yield from unique(("spec", "tls", "frontend", "perPort"), ports, "port", "port")
    if spec.allowed_listeners is not None:
        path = ("spec", "allowedListeners", "namespaces")
        yield from _namespaces(path, spec.allowed_listeners.namespaces)


def _same(spec: GatewaySpec) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], str] = {}
    for index, one in enumerate(spec.listeners):
        key = (one.port, one.protocol, one.hostname)
        if key in seen:
            text = f"listener {quoted(seen[key])} has this port, protocol and hostname already"
            yield Problem((*_LISTENERS, index), f"{text}; change one of the three")
        seen.setdefault(key, one.name)


def _listener(path: Path, one: Listener) -> Iterator[Problem]:
    if one.protocol in _WITHOUT_TLS and one.tls is not None:
        text = f"protocol `{one.protocol}` has no `tls`; remove it, or write protocol `HTTPS`"
        yield Problem((*path, "tls"), text, at_key=True)
    if one.protocol == "HTTPS" and one.tls is not None and one.tls.mode != "Terminate":
        text = "protocol `HTTPS` ends TLS here; write `mode: Terminate`, or protocol `TLS`"
        yield Problem((*path, "tls", "mode"), text)
    if one.protocol == "TLS" and (one.tls is None or "mode" not in one.tls.model_fields_set):
        yield Problem(path, "protocol `TLS` needs `tls.mode`; write `Terminate` or `Passthrough`")
    ends_here = one.tls is not None and one.tls.mode == "Terminate"
    if ends_here and one.tls and not (one.tls.certificate_refs or one.tls.options):
        text = "TLS that ends here needs a certificate; write `certificateRefs`"
        yield Problem((*path, "tls"), text, at_key=True)
    if one.protocol in _WITHOUT_HOSTNAME and one.hostname:
        text = f"protocol `{one.protocol}` knows no hostname; remove it"
        yield Problem((*path, "hostname"), text, at_key=True)
    yield from _namespaces((*path, "allowedRoutes", "namespaces"), one.allowed_routes.namespaces)


def _namespaces(path: Path, value: RouteNamespaces | ListenerNamespaces) -> Iterator[Problem]:
    if value.from_ == "Selector" and value.selector is None:
        yield Problem((*path, "from"), "`from: Selector` needs a `selector`; write it")
    if value.selector is not None:
        yield from requirements((*path, "selector"), value.selector)


def _address(path: Path, address: GatewayAddress) -> Iterator[Problem]:
    text = address.value
    if address.type == "IPAddress" and text and not names.is_ip(text):
        yield Problem((*path, "value"), f"{quoted(text)} is no IP address; write one")
    if address.type == "Hostname" and text and _HOSTNAME.fullmatch(text) is None:
        yield Problem((*path, "value"), f"{quoted(text)} is no hostname; write a DNS name")


def check_backend_tls(obj: BackendTLSPolicy) -> Iterator[Problem]:
    """Check targets, roots of trust and names."""
    seen: dict[tuple[str, str, str], list[str | None]] = {}
    for index, target in enumerate(obj.spec.target_refs):
        sections = seen.setdefault((target.group, target.kind, target.name), [])
        path = ("spec", "targetRefs", index)
        if target.section_name in sections:
            yield Problem(path, "this target is there already; remove one of them")
        elif sections and None in (*sections, target.section_name):
            text = "the same target twice needs a `sectionName` each; write both"
            yield Problem(path, text)
        sections.append(target.section_name)
    yield from _validation(("spec", "validation"), obj.spec.validation)


def _validation(path: Path, value: BackendValidation) -> Iterator[Problem]:
    if value.ca_certificate_refs and value.well_known_ca_certificates:
        text = "`caCertificateRefs` and `wellKnownCACertificates` exclude each other; keep one"
        yield Problem((*path, "wellKnownCACertificates"), text, at_key=True)
    if not (value.ca_certificate_refs or value.well_known_ca_certificates):
        text = "nobody is trusted; write `caCertificateRefs`, or `wellKnownCACertificates: System`"
        yield Problem(path, text, at_key=True)
    for index, name in enumerate(value.subject_alt_names):
        here = (*path, "subjectAltNames", index)
        for kind, key, said in (("Hostname", "hostname", name.hostname), ("URI", "uri", name.uri)):
            if (name.type == kind) != (said is not None):
                sentence = f"type `{kind}` and `{key}` go together; write both or none"
                yield Problem(here, sentence)
