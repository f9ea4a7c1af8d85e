"""Kinds of today in an old spelling: still read as they are, and written as today would.

Older served versions are the same objects. Certificates of a Gateway in files, mounted where
charts mounted them, are Secrets that today are named directly.
"""

import re
from collections.abc import Iterator

from libs.kernel.messages import Level, Message, MessageClass
from libs.meshapi.dialects import codes
from libs.meshapi.gateway import Gateway, ServerTLS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject

_GROUP_ENDING = ".istio.io"
_FOLDER = r"/etc/istio/(ingressgateway(?:-[a-z0-9-]+)?-certs)"
_CERTIFICATE = re.compile(rf"{_FOLDER}/tls\.crt")
_KEY = re.compile(rf"{_FOLDER}/tls\.key")
_AUTHORITY = re.compile(rf"{_FOLDER}/[^/]+")
_SECRET_PREFIX = "istio-"  # noqa: S105 - how the names of Secrets begin, not what they hold


def modern(one: ParsedObject) -> tuple[MeshObject, tuple[Message, ...]]:
    """Return an object in the spelling of today, with notes on what that asks of people."""
    obj = one.object
    notes: tuple[Message, ...] = ()
    if isinstance(obj, Gateway):
        secrets = tuple(_with_secret(server.tls) for server in obj.spec.servers)
        servers = tuple(
            server if tls is None else server.model_copy(update={"tls": tls})
            for server, tls in zip(obj.spec.servers, secrets, strict=True)
        )
        obj = obj.model_copy(update={"spec": obj.spec.model_copy(update={"servers": servers})})
        notes = tuple(_notes(one, secrets))
    return _in_current_version(obj), notes


def _in_current_version(obj: MeshObject) -> MeshObject:
    current = type(obj).model_fields["api_version"].default
    if not obj.group.endswith(_GROUP_ENDING) or not isinstance(current, str):
        return obj
    return obj.model_copy(update={"api_version": current})


def _with_secret(tls: ServerTLS | None) -> ServerTLS | None:
    """Return the settings by Secret; None where no file is where charts mounted Secrets."""
    if tls is None:
        return None
    certificate = _CERTIFICATE.fullmatch(tls.server_certificate)
    key = _KEY.fullmatch(tls.private_key)
    authority = _AUTHORITY.fullmatch(tls.ca_certificates)
    if certificate is None or key is None or certificate[1] != key[1]:
        return None
    if tls.ca_certificates and authority is None:
        return None
    return tls.model_copy(
        update={
            "server_certificate": "",
            "private_key": "",
            "ca_certificates": "",
            "credential_name": _SECRET_PREFIX + certificate[1],
            "ca_cert_credential_name": _SECRET_PREFIX + authority[1] if authority else "",
        }
    )


def _notes(one: ParsedObject, secrets: tuple[ServerTLS | None, ...]) -> Iterator[Message]:
    for index, tls in enumerate(secrets):
        if tls is None:
            continue
        text = f"Secret `{tls.credential_name}` has to be in the namespace of the gateway's proxies"
        if tls.ca_cert_credential_name:
            text += f", and `{tls.ca_cert_credential_name}` as well, its certificate as `ca.crt`"
        place = one.positions.at(("spec", "servers", index, "tls"))
        level, about = Level.INFO, MessageClass.OBJECT
        yield Message(codes.APPROXIMATE, level, about, place, text, one.key)
