"""Certificates for tests, made by openssl: one authority, names that it vouches for, a stranger."""

import ssl
import subprocess
from collections.abc import Iterable
from pathlib import Path

_DAYS = "2"


def make(folder: Path, names: Iterable[str]) -> None:
    """Write `ca.pem`, and for each name `<name>.pem` and `<name>.key`; `stranger` signs itself."""
    _run("req", "-x509", *_new(folder, "ca"), "-out", str(folder / "ca.pem"), "-days", _DAYS)
    stranger = folder / "stranger.pem"
    _run("req", "-x509", *_new(folder, "stranger"), "-out", str(stranger), "-days", _DAYS)
    for name in names:
        request, extension = folder / f"{name}.csr", folder / f"{name}.ext"
        extension.write_text(f"subjectAltName=DNS:{name}\n", encoding="utf-8")
        _run("req", *_new(folder, name), "-out", str(request))
        authority = ("-CA", str(folder / "ca.pem"), "-CAkey", str(folder / "ca.key"))
        signed = ("-in", str(request), "-out", str(folder / f"{name}.pem"), "-days", _DAYS)
        _run("x509", "-req", *signed, *authority, "-CAcreateserial", "-extfile", str(extension))


def _new(folder: Path, name: str) -> tuple[str, ...]:
    curve = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
    return (*curve, "-keyout", str(folder / f"{name}.key"), "-subj", f"/CN={name}")


def _run(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def client(folder: Path, shown: str = "") -> ssl.SSLContext:
    """Return a client that trusts the authority, and shows the certificate `shown` if named."""
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    if shown:
        context.load_cert_chain(folder / f"{shown}.pem", folder / f"{shown}.key")
    return context
