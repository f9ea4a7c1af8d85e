"""Secrets as Envoy discovers them: a certificate with its key, or authorities to trust.

Whatever shows resources to people shows these redacted.
"""

from typing import Final

from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

REDACTED: Final = b"[redacted]"
"""What stands for a value wherever a secret is shown; Envoy's own dumps have the same word."""


def certificate(name: str, chain: bytes, key: bytes, staple: bytes = b"") -> secret_pb2.Secret:
    """Return a certificate chain in PEM with its key; `staple` is an OCSP answer in DER."""
    result = secret_pb2.Secret(name=name)
    result.tls_certificate.certificate_chain.inline_bytes = chain
    result.tls_certificate.private_key.inline_bytes = key
    if staple:
        result.tls_certificate.ocsp_staple.inline_bytes = staple
    return result


def authorities(name: str, trusted: bytes, revoked: bytes = b"") -> secret_pb2.Secret:
    """Return authorities in PEM, and the list of certificates that they took back."""
    result = secret_pb2.Secret(name=name)
    result.validation_context.trusted_ca.inline_bytes = trusted
    if revoked:
        result.validation_context.crl.inline_bytes = revoked
    return result


def redacted(secret: secret_pb2.Secret) -> secret_pb2.Secret:
    """Return a secret of the same kind and name without any of its values."""
    kind = secret.WhichOneof("type")
    if kind == "tls_certificate":
        staple = REDACTED if secret.tls_certificate.HasField("ocsp_staple") else b""
        return certificate(secret.name, REDACTED, REDACTED, staple)
    if kind == "validation_context":
        revoked = REDACTED if secret.validation_context.HasField("crl") else b""
        return authorities(secret.name, REDACTED, revoked)
    return secret_pb2.Secret(name=secret.name)
