"""Secrets sealed for one place: namespace, name and key are part of every value's seal."""

import base64
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from libs.adapters.sealing.keys import Keyring, key_id
from libs.meshapi.metadata import ACCOUNTS_ANNOTATION, Metadata
from libs.meshapi.sealedsecret import SealedSecret, SealedSecretSpec
from libs.meshapi.secret import Secret

_DOMAIN = "periplus sealed secret v1"


class OpeningError(ValueError):
    """A SealedSecret that cannot be opened; the text says why, without any value."""


def seal(secret: Secret, public: X25519PublicKey) -> SealedSecret:
    """Seal all values of a Secret for its namespace and name."""
    values = {key: base64.b64decode("".join(text.split())) for key, text in secret.data.items()}
    values.update((key, text.encode()) for key, text in secret.string_data.items())
    place = (secret.namespace, secret.metadata.name)
    sealed = {
        key: base64.b64encode(_suite().encrypt(value, public, _info(place, key))).decode()
        for key, value in sorted(values.items())
    }
    return SealedSecret(
        metadata=secret.metadata,
        spec=SealedSecretSpec(type=secret.type, key_id=key_id(public), sealed_data=sealed),
    )


def opened(sealed: SealedSecret, keys: Keyring) -> Secret:
    """Open all values. Raises OpeningError for a key that is not there or a seal that is broken."""
    private = keys.get(sealed.spec.key_id)
    if private is None:
        raise OpeningError(f"no private key has the id `{sealed.spec.key_id}`")
    place = (sealed.namespace, sealed.metadata.name)
    data: dict[str, str] = {}
    for key, text in sealed.spec.sealed_data.items():
        try:
            body = base64.b64decode("".join(text.split()))
            value = _suite().decrypt(body, private, _info(place, key))
        except (InvalidTag, ValueError):
            raise OpeningError(
                f"`{key}` was not sealed for this place and key; seal the Secret again"
            ) from None
        data[key] = base64.b64encode(value).decode()
    return Secret(metadata=_bare(sealed.metadata), type=sealed.spec.type, data=data)


def as_written(sealed: SealedSecret) -> Mapping[str, object]:
    """Return a SealedSecret as a mapping for a file."""
    annotations = dict(_bare(sealed.metadata).annotations)
    return {
        "apiVersion": sealed.api_version,
        "kind": sealed.kind,
        "metadata": {
            "name": sealed.metadata.name,
            "namespace": sealed.namespace,
            **({"annotations": annotations} if annotations else {}),
        },
        "spec": {
            "type": sealed.spec.type,
            "keyId": sealed.spec.key_id,
            "sealedData": dict(sealed.spec.sealed_data),
        },
    }


def _bare(metadata: Metadata) -> Metadata:
    """Keep its place, and who may have it."""
    kept = {
        key: metadata.annotations[key]
        for key in (ACCOUNTS_ANNOTATION,)
        if key in metadata.annotations
    }
    return Metadata(name=metadata.name, namespace=metadata.namespace, annotations=kept)


def _suite() -> Suite:
    return Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def _info(place: tuple[str, str], key: str) -> bytes:
    """Bind a value to its place; none of the parts can hold the separator."""
    return "\0".join((_DOMAIN, *place, key)).encode()
