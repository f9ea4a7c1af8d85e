"""Certificates for tests, made by openssl: one authority, names that it vouches for, a stranger."""

import base64
import hashlib
import ssl
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

_DAYS = "2"
_CURVE = ("ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")
RSA = ("rsa:2048",)


def make(folder: Path, names: Iterable[str]) -> None:
    """Write `ca.pem`, and for each name `<name>.pem` and `<name>.key`; `stranger` signs itself."""
    _run("req", "-x509", *_new(folder, "ca"), "-out", str(folder / "ca.pem"), "-days", _DAYS)
    stranger = folder / "stranger.pem"
    _run("req", "-x509", *_new(folder, "stranger"), "-out", str(stranger), "-days", _DAYS)
    for name in names:
        vouch(folder, name, f"DNS:{name}")


def vouch(folder: Path, file: str, names: str, kind: Sequence[str] = _CURVE) -> None:
    """Let the authority sign `<file>.pem` for `names`, such as `DNS:a.example,URI:spiffe://b`."""
    request, extension = folder / f"{file}.csr", folder / f"{file}.ext"
    extension.write_text(f"subjectAltName={names}\n", encoding="utf-8")
    _run("req", *_new(folder, file, kind), "-out", str(request))
    authority = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"))
    signed = ("-in", str(request), "-out", str(folder / f"{file}.pem"), "-days", _DAYS)
    _run("x509", "-req", *signed, *authority, "-CAcreateserial", "-extfile", str(extension))


def revoke(folder: Path, *names: str) -> None:
    """Write `ca.crl`: the authority's list of the certificates that it revoked."""
    (folder / "revoked.txt").write_text("", encoding="utf-8")
    settings = folder / "revoked.cnf"
    kept = f"database={folder}/revoked.txt\ndefault_md=sha256\ndefault_crl_days={_DAYS}\n"
    settings.write_text(f"[ca]\ndefault_ca=kept\n[kept]\n{kept}", encoding="utf-8")
    authority = ("-cert", str(folder / "ca.pem"), "-keyfile", str(folder / "ca.key"))
    for name in names:
        revoked = ("-revoke", str(folder / f"{name}.pem"))
        _run("ca", "-config", str(settings), *authority, *revoked)
    _run("ca", "-gencrl", "-config", str(settings), *authority, "-out", str(folder / "ca.crl"))


def _new(folder: Path, name: str, kind: Sequence[str] = _CURVE) -> tuple[str, ...]:
    new = ("-newkey", *kind, "-nodes")
    return (*new, "-keyout", str(folder / f"{name}.key"), "-subj", f"/CN={name}")


def _run(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def hash_of(path: Path) -> str:
    """Return the SHA-256 of a certificate, in hexadecimal digits."""
    return _read(path).fingerprint(hashes.SHA256()).hex()


def key_hash_of(path: Path) -> str:
    """Return the SHA-256 of a certificate's public key, in Base64."""
    form = (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    key = _read(path).public_key().public_bytes(*form)
    return base64.b64encode(hashlib.sha256(key).digest()).decode()


def _read(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def client(folder: Path, shown: str = "") -> ssl.SSLContext:
    """Return a client that trusts the authority, and shows the certificate `shown` if named."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if shown:
        context.load_cert_chain(folder / f"{shown}.pem", folder / f"{shown}.key")
    return context


def server(folder: Path, name: str) -> ssl.SSLContext:
    """Return a server with the certificate `name`, which asks clients for one of the authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / f"{name}.pem", folder / f"{name}.key")
    context.load_verify_locations(folder / "ca.pem")
    context.verify_mode = ssl.CERT_OPTIONAL
    context.set_alpn_protocols(["istio", "http/1.1"])
    return context
