"""Byte fingerprints: canonical by construction, comparable across machines and releases.

Format 2: SHA-256 of a head and a body, cut to 128 bits, in lower-case hexadecimal. The head is
`"periplus-fingerprint/2" NUL domain NUL`; it separates what happens to have equal bytes: a cluster
and a route, a resource and a snapshot. A body of several parts gives the length of each before it,
in eight bytes, big-endian, so that parts cannot run into each other. Bytes have to be canonical
before they come here (deterministic serialisation).
"""

import hashlib

FORMAT = b"periplus-fingerprint/2"
DIGEST_BYTES = 16


def fingerprint(domain: str, *parts: bytes) -> str:
    """Return 32 hexadecimal digits for `parts` in their order, within `domain`."""
    framed = [head(domain)]
    for part in parts:
        framed.append(len(part).to_bytes(8, "big"))
        framed.append(part)
    return hashlib.sha256(b"".join(framed)).digest()[:DIGEST_BYTES].hex()


def head(domain: str) -> bytes:
    """Return what stands before the body of everything that is hashed within `domain`."""
    return b"\0".join((FORMAT, domain.encode(), b""))
