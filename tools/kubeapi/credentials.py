"""Keys and certificates of a fleet, made by openssl: one authority, one serving certificate."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

_DAYS = "2"
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files of a fleet. The authority signs serving and client certificates alike."""

    folder: Path

    @property
    def authority(self) -> Path:
        """Certificate of the authority."""
        return self.folder / "ca.pem"

    @property
    def serving(self) -> tuple[Path, Path]:
        """Certificate and key for 127.0.0.1 and localhost."""
        return self.folder / "serving.pem", self.folder / "serving.key"

    @property
    def accounts(self) -> tuple[Path, Path]:
        """Public and private key for tokens of service accounts."""
        return self.folder / "accounts.pub", self.folder / "accounts.key"

    def client(self, user: str, *groups: str, days: str = _DAYS) -> tuple[Path, Path]:
        """Make and return certificate and key of a user; `days` of 0 is one that has expired."""
        subject = "".join([*(f"/O={group}" for group in groups), f"/CN={user}"])
        return self._signed(f"client-{user}", subject, "extendedKeyUsage=clientAuth\n", days)

    def _signed(self, name: str, subject: str, extensions: str, days: str) -> tuple[Path, Path]:
        paths = {end: self.folder / f"{name}.{end}" for end in ("key", "csr", "ext", "pem")}
        paths["ext"].write_text(extensions, encoding="utf-8")
        wanted = ("-keyout", str(paths["key"]), "-subj", subject, "-out", str(paths["csr"]))
        _openssl("req", *_CURVE, *wanted)
        authority = ("-CA", str(self.authority), "-CAkey", str(self.folder / "ca.key"))
        made = ("-in", str(paths["csr"]), "-out", str(paths["pem"]), "-days", days)
        extended = ("-CAcreateserial", "-extfile", str(paths["ext"]))
        _openssl("x509", "-req", *made, *authority, *extended)
        return paths["pem"], paths["key"]


def make(folder: Path) -> Credentials:
    """Write the authority, the serving certificate and the key of service accounts."""
    key = ("-keyout", str(folder / "ca.key"), "-subj", "/CN=kubeapi")
    _openssl("req", "-x509", *_CURVE, *key, "-out", str(folder / "ca.pem"), "-days", _DAYS)
    made = Credentials(folder)
    names = "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n"
    made._signed("serving", "/CN=kube-apiserver", names, _DAYS)  # noqa: SLF001 - ours
    public, private = made.accounts
    _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(private))
    _openssl("ec", "-in", str(private), "-pubout", "-out", str(public))
    return made


def _openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)
