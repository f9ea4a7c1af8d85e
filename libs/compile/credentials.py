"""Secrets as the certificates that gateways name by `credentialName`.

Values are bytes of PEM. They go into secrets of a view and nowhere else: no text here shows them.
"""

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.keypairs import pair_fault
from libs.envoy import secret as envoy_secret
from libs.kernel.origins import ObjectKey
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret

AUTHORITIES_SUFFIX = "-cacert"
"""A Secret of this name beside the one with the certificate holds the authorities."""

_PREFIX = "kubernetes://"
_CERTIFICATE_FORMS = (("cert", "key"), ("tls.crt", "tls.key"))
_AUTHORITIES = ("cacert", "ca.crt")
_REVOKED = ("crl", "ca.crl")
_STAPLES = ("tls.ocsp-staple",)
PEM = b"-----BEGIN CERTIFICATE-----"
"""How every certificate in PEM begins."""

_PEM_KEY_END = b"PRIVATE KEY-----"

_CLOSED = f"{PEM.decode()} {envoy_secret.REDACTED.decode()} {_PEM_KEY_END.decode()}"

Credentials = Mapping[tuple[str, str], "Credential"]
"""By namespace and name."""


@dataclass(frozen=True, slots=True)
class Credential:
    """What a Secret holds for TLS; what it lacks is empty.

    `fault` says why certificate and key are of no use. `accounts` are the only service accounts
    that may have the key, where there are any.
    """

    key: ObjectKey
    chain: bytes = field(default=b"", repr=False)
    private_key: bytes = field(default=b"", repr=False)
    authorities: bytes = field(default=b"", repr=False)
    revoked: bytes = field(default=b"", repr=False)
    staple: bytes = field(default=b"", repr=False)
    fault: str = ""
    accounts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Found:
    """A secret for a view, or the reason (`fault`) why there is none."""

    source: ObjectKey | None = None
    secret: secret_pb2.Secret | None = None
    fault: str = ""


def credentials(secrets: Iterable[Secret], sealed: Iterable[SealedSecret] = ()) -> Credentials:
    """Read Secrets that hold something for TLS.

    One that is still sealed stands in without its values, so that a view can be looked at where
    nobody can open it; whoever serves views opens Secrets before.
    """
    found = [*map(_closed, sealed), *map(_credential, secrets)]
    return {(one.key.namespace, one.key.name): one for one in found if one.chain or one.authorities}


def _credential(secret: Secret) -> Credential:
    """The form `cert` and `key` counts before `tls.crt` and `tls.key`, as Istio has it."""
    values = {key: _decoded(text) for key, text in secret.data.items()}
    values.update((key, text.encode()) for key, text in secret.string_data.items())
    pair = next(
        (
            (values[one], values[other])
            for one, other in _CERTIFICATE_FORMS
            if values.get(one) and values.get(other)
        ),
        (b"", b""),
    )
    return Credential(
        secret.key,
        *pair,
        _first(values, _AUTHORITIES),
        _first(values, _REVOKED),
        _first(values, _STAPLES),
        pair_fault(*pair) if pair[0] else "",
        secret.metadata.accounts,
    )


def _closed(sealed: SealedSecret) -> Credential:
    kept = dict.fromkeys(sealed.spec.sealed_data, _CLOSED)
    return replace(_credential(Secret(metadata=sealed.metadata, string_data=kept)), fault="")


def for_account(known: Credentials, account: str) -> Credentials:
    """Return what proxies of a service account may have; keys of others are left out."""
    if not restricted(known):
        return known
    fault = f"is not for service account `{account}`, by its own annotation"
    return {
        place: replace(one, private_key=b"", fault=fault)
        if one.accounts and account not in one.accounts
        else one
        for place, one in known.items()
    }


def restricted(known: Credentials) -> bool:
    """Say whether it matters for any Secret which service account a proxy has."""
    return any(one.accounts for one in known.values())


def _first(values: Mapping[str, bytes], names: Iterable[str]) -> bytes:
    return next((values[name] for name in names if values.get(name)), b"")


def _decoded(text: str) -> bytes:
    """Whether it can be decoded was checked when the object was read."""
    return base64.b64decode("".join(text.split()))


def certificate(known: Credentials, namespace: str, name: str) -> Found:
    """Return the certificate that a server shows, from a Secret in the proxy's namespace."""
    one = known.get((namespace, name))
    if one is None:
        return Found(fault=_missing(known, namespace, name))
    if not one.chain:
        return Found(fault=f"Secret {namespace}/{name} has no `tls.crt` and `tls.key`")
    if one.fault:
        return Found(fault=f"Secret {namespace}/{name} {one.fault}")
    made = envoy_secret.certificate(secret_name(name), one.chain, one.private_key, one.staple)
    return Found(one.key, made)


def authorities(known: Credentials, namespace: str, name: str) -> Found:
    """Return what clients' certificates are checked against.

    The Secret `<name>-cacert` counts, then the one called `name` itself.
    """
    wanted = name + AUTHORITIES_SUFFIX
    for each in (wanted, name):
        one = known.get((namespace, each))
        if one is None or not one.authorities:
            continue
        if PEM not in one.authorities:
            return Found(fault=f"Secret {namespace}/{each} holds no authorities in PEM")
        made = envoy_secret.authorities(secret_name(wanted), one.authorities, one.revoked)
        return Found(one.key, made)
    if (namespace, name) in known:
        return Found(
            fault=f"neither Secret {namespace}/{wanted} nor {namespace}/{name} has a `ca.crt`"
        )
    return Found(fault=_missing(known, namespace, wanted))


def secret_name(name: str) -> str:
    """Return the name of a secret in a view, as Istio writes it: `kubernetes://<name>`."""
    return f"{_PREFIX}{name}"


def _missing(known: Credentials, namespace: str, name: str) -> str:
    text = f"there is no Secret {namespace}/{name} with a certificate"
    elsewhere = sorted(where for where, called in known if called == name)
    return (
        f"{text}; it has to be in the proxy's namespace, not in {elsewhere[0]}"
        if elsewhere
        else text
    )
