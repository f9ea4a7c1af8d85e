"""Signing: roots that sign themselves, intermediates for clusters, workloads and servers.

Serial numbers come from the caller's randomness, times from its clock. Only the signature itself,
where it is one on an elliptic curve, differs from one signing to the next.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from libs.pki.authority import Authority
from libs.pki.certificates import moment, pem_of
from libs.pki.clusters import CLUSTER_CHARS_MAX
from libs.pki.errors import PkiError
from libs.pki.keys import SigningKey
from libs.pki.requests import SigningRequest
from libs.pki.spiffe import SpiffeId
from libs.ports.rng import Rng

CLOCK_SKEW_S: Final = 60.0
"""Certificates count from so long before they are made: clocks of hosts differ."""
_SERIAL_BYTES: Final = 19
_PURPOSES: Final = (ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH)


@dataclass(frozen=True, slots=True)
class Life:
    """From when a certificate counts and for how long, in seconds; `now_s` since the epoch."""

    now_s: float
    life_s: float


@dataclass(frozen=True, slots=True)
class Names:
    """For whom a certificate is: a workload's identity, and names that servers have besides."""

    identity: SpiffeId
    dns: Sequence[str] = ()
    addresses: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Issued:
    """A workload's certificate. Times are seconds since the epoch."""

    certificate: x509.Certificate
    authority: Authority
    valid_until_s: float

    @property
    def chain_pem(self) -> bytes:
        """What its holder shows to others: the certificate and what vouches for it below roots."""
        return pem_of([self.certificate, *self.authority.chain])

    @property
    def roots_pem(self) -> bytes:
        """What its holder trusts."""
        return pem_of(self.authority.roots)

    @property
    def serial(self) -> str:
        """Serial number in hexadecimal digits, for logs."""
        return format(self.certificate.serial_number, "x")


def new_root(key: SigningKey, organisation: str, life: Life, rng: Rng) -> Authority:
    """Return a root that signs itself."""
    name = _subject(organisation, "Periplus root authority")
    builder = _builder(name, name, key.public_key(), life, rng)
    made = _as_authority(builder, key, path_length=None).sign(key, SHA256())
    return Authority(made, key, (), (made,))


def new_intermediate(
    root: Authority, key: SigningKey, cluster: str, life: Life, rng: Rng
) -> Authority:
    """Return an intermediate of a cluster, which may sign workloads and no further authorities.

    Its certificate names the cluster. Raises PkiError for a name that does not fit there.
    """
    organisation = root.certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    owner = str(organisation[0].value) if organisation else "periplus"
    if not 0 < len(cluster) <= CLUSTER_CHARS_MAX:
        raise PkiError(
            f"a cluster's name has 1 to {CLUSTER_CHARS_MAX} characters, not {len(cluster)}"
        )
    name = _subject(owner, f"Periplus intermediate authority of {cluster}"[:64], cluster)
    within = _within(root, life)
    builder = _builder(name, root.certificate.subject, key.public_key(), within, rng)
    builder = builder.add_extension(_issuer_id(root), critical=False)
    made = _as_authority(builder, key, path_length=0).sign(root.key, SHA256())
    return Authority(made, key, (made, *root.chain), root.roots)


def issue(
    authority: Authority, request: SigningRequest, names: Names, life: Life, rng: Rng
) -> Issued:
    """Sign a certificate with the names that the caller may have; the request's do not count.

    It never outlives the authority. Raises PkiError when that has expired.
    """
    within = _within(authority, life)
    issuer = authority.certificate.subject
    builder = _builder(x509.Name([]), issuer, request.public_key, within, rng)
    encrypts = isinstance(request.public_key, rsa.RSAPublicKey)
    for extension, critical in (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signs=False, encrypts=encrypts), True),
        (x509.ExtendedKeyUsage(_PURPOSES), False),
        (_issuer_id(authority), False),
        (_alternatives(names), True),
    ):
        builder = builder.add_extension(extension, critical=critical)
    made = builder.sign(authority.key, SHA256())
    return Issued(made, authority, made.not_valid_after_utc.timestamp())


def _within(authority: Authority, life: Life) -> Life:
    left_s = authority.valid_until_s - life.now_s
    if left_s <= 0:
        raise PkiError("the authority has expired; make its certificate anew")
    return Life(life.now_s, min(life.life_s, left_s))


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    public: CertificatePublicKeyTypes,
    life: Life,
    rng: Rng,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(int(rng.token_hex(_SERIAL_BYTES), 16) or 1)
        .not_valid_before(moment(life.now_s - CLOCK_SKEW_S))
        .not_valid_after(moment(life.now_s + life.life_s))
    )


def _as_authority(
    builder: x509.CertificateBuilder, key: SigningKey, *, path_length: int | None
) -> x509.CertificateBuilder:
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    return (
        builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), True)
        .add_extension(_usage(signs=True, encrypts=False), critical=True)
        .add_extension(own, critical=False)
    )


def _usage(*, signs: bool, encrypts: bool) -> x509.KeyUsage:
    """Authorities sign certificates and lists of revoked ones, others sign handshakes."""
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=encrypts,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )


def _issuer_id(authority: Authority) -> x509.AuthorityKeyIdentifier:
    public = authority.certificate.public_key()
    return x509.AuthorityKeyIdentifier.from_issuer_public_key(public)  # type: ignore[arg-type]  # a key that signs


def _alternatives(names: Names) -> x509.SubjectAlternativeName:
    try:
        return x509.SubjectAlternativeName(
            [
                x509.UniformResourceIdentifier(str(names.identity)),
                *map(x509.DNSName, names.dns),
                *(x509.IPAddress(ipaddress.ip_address(one)) for one in names.addresses),
            ]
        )
    except ValueError as error:
        raise PkiError(f"a name of the certificate is unusable: {str(error)[:100]}") from error


def _subject(organisation: str, name: str, cluster: str = "") -> x509.Name:
    place = [x509.NameAttribute(NameOID.LOCALITY_NAME, cluster)] if cluster else []
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
            *place,
        ]
    )
