"""An authority that signs workloads: an intermediate of a cluster, or a root that signs itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from libs.pki.certificates import (
    fingerprint,
    is_authority,
    is_self_issued,
    pem_of,
    read_certificates,
)
from libs.pki.errors import PkiError
from libs.pki.keys import SigningKey, key_pem, read_key

CERTIFICATE: Final = "ca-cert.pem"
KEY: Final = "ca-key.pem"
ROOTS: Final = "root-cert.pem"
CHAIN: Final = "cert-chain.pem"
FILES: Final = (CERTIFICATE, KEY, ROOTS, CHAIN)
"""Keys of the Secret `cacerts`, by the names that Istio gives them."""


@dataclass(frozen=True, slots=True)
class Authority:
    """A key that may sign, with the way from its certificate up to a root that is trusted.

    `chain` begins with the authority's own certificate and ends below the root; it is empty for a
    root. `roots` are all that are trusted, two while one replaces the other.
    """

    certificate: x509.Certificate
    key: SigningKey = field(repr=False)
    chain: tuple[x509.Certificate, ...]
    roots: tuple[x509.Certificate, ...]

    @property
    def valid_until_s(self) -> float:
        """When the first certificate on the way up expires, in seconds since the epoch."""
        return min(_until_s(one) for one in (self.certificate, *self.chain))


def authority_of(values: Mapping[str, bytes], now_s: float) -> Authority:
    """Read the values of a `cacerts` Secret. Raises PkiError naming the value that is unusable."""
    for name in FILES:
        if not values.get(name):
            raise PkiError(f"{name} is missing; an authority has {', '.join(FILES)}")
    key = read_key(values[KEY], KEY)
    own = read_certificates(values[CERTIFICATE], CERTIFICATE)[0]
    roots = read_certificates(values[ROOTS], ROOTS)
    if key.public_key() != own.public_key():
        raise PkiError(f"{KEY} is not the key of {CERTIFICATE}")
    chain = _way_up(own, read_certificates(values[CHAIN], CHAIN), roots)
    made = Authority(own, key, chain, roots)
    if made.valid_until_s <= now_s:
        raise PkiError(f"{CERTIFICATE} or what vouches for it has expired; make it anew")
    return made


def cacerts(authority: Authority) -> dict[str, bytes]:
    """Return the values of the Secret that holds an authority; the key is one of them."""
    return {
        CERTIFICATE: pem_of([authority.certificate]),
        KEY: key_pem(authority.key),
        ROOTS: pem_of(authority.roots),
        CHAIN: pem_of(authority.chain or [authority.certificate]),
    }


def issued_by(child: x509.Certificate, parent: x509.Certificate) -> bool:
    """Tell whether an authority's key signed a certificate."""
    try:
        child.verify_directly_issued_by(parent)
    except (InvalidSignature, ValueError, TypeError):
        return False
    return is_authority(parent)


def _way_up(
    own: x509.Certificate,
    given: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
) -> tuple[x509.Certificate, ...]:
    """Order what is given from the authority up to below a root; a root that is given is left."""
    if not is_authority(own):
        raise PkiError(f"{CERTIFICATE} is no authority; it may not sign others")
    if fingerprint(own) in map(fingerprint, roots):
        return ()
    way = [own]
    while not any(issued_by(way[-1], root) for root in roots):
        above = (one for one in given if one not in way and not is_self_issued(one))
        parent = next((one for one in above if issued_by(way[-1], one)), None)
        if parent is None:
            raise PkiError(f"{CHAIN} does not lead from {CERTIFICATE} to a root of {ROOTS}")
        way.append(parent)
    return tuple(way)


def _until_s(certificate: x509.Certificate) -> float:
    return certificate.not_valid_after_utc.timestamp()
