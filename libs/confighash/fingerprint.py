"""Byte fingerprints: canonical by construction, comparable across machines and releases.

Format 1: `sha256("periplus-fingerprint/1" NUL domain NUL (length part)*)`, cut to 128 bits, in
lower-case hexadecimal. A length is eight bytes, big-endian, so that parts cannot run into each
other. The domain separates what happens to have equal bytes: a cluster and a route, a resource and
a snapshot. Bytes have to be canonical before they come here (deterministic serialisation).
"""

import hashlib

FORMAT = b"periplus-fingerprint/1"
DIGEST_BYTES = 16


def fingerprint(domain: str, *parts: bytes) -> str:
    """Return 32 hexadecimal digits for `parts` in their order, within `domain`."""
    framed = [FORMAT, b"\0", domain.encode(), b"\0"]
    for part in parts:
        framed.append(len(part).to_bytes(8, "big"))
        framed.append(part)
    return hashlib.sha256(b"".join(framed)).digest()[:DIGEST_BYTES].hex()
