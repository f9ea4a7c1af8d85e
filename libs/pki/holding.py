"""What one side of a connection holds: its certificate, its key, and whom it trusts."""

from dataclasses import dataclass, field

from libs.pki.certificates import pem_of, read_certificates
from libs.pki.errors import PkiError
from libs.pki.issuing import CLOCK_SKEW_S, Issued
from libs.pki.keys import SigningKey, key_pem, read_key


@dataclass(frozen=True, slots=True)
class Holding:
    """Texts in PEM. Times are seconds since the epoch; `chain_pem` begins with the own one."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)
    roots_pem: bytes
    issued_at_s: float
    valid_until_s: float


def holding(chain_pem: bytes, key: bytes, roots_pem: bytes) -> Holding:
    """Read what is held. Raises PkiError when the parts do not fit each other."""
    own = read_certificates(chain_pem, "the certificate")[0]
    if read_key(key, "the key").public_key() != own.public_key():
        raise PkiError("the key is not that of the certificate")
    read_certificates(roots_pem, "the roots")
    return Holding(
        chain_pem,
        key,
        roots_pem,
        own.not_valid_before_utc.timestamp() + CLOCK_SKEW_S,
        own.not_valid_after_utc.timestamp(),
    )


def holding_of(issued: Issued, key: SigningKey) -> Holding:
    """Return what the owner of a key holds after signing."""
    return holding(issued.chain_pem, key_pem(key), pem_of(issued.authority.roots))
