"""The folder of a root: its key, the authorities of clusters below it, and how far it is replaced.

`root-cert.pem` and `root-key.pem` are the root that signs; `next-cert.pem` and `next-key.pem` are
the one that replaces it, while that goes on; `clusters/<name>/` has the values of each `cacerts`.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from libs.pki.authority import Authority, authority_of, cacerts
from libs.pki.certificates import pem_of, read_certificates
from libs.pki.errors import PkiError
from libs.pki.keys import SigningKey, key_pem, read_key
from libs.pki.rotation import Phase, Rotation
from tools.cli.errors import UnusableError

ROOT, NEXT = "root", "next"
STATE = "rotation.json"
CLUSTERS = "clusters"
_OWNER_ONLY = 0o600
_OWNER_ONLY_FOLDER = 0o700


@dataclass(frozen=True, slots=True)
class CaFolder:
    """Files of one root. Raises UnusableError naming the file that cannot be used."""

    path: Path

    def rotation(self) -> Rotation:
        """Return how far the root is replaced."""
        try:
            said = json.loads((self.path / STATE).read_text(encoding="utf-8"))
            return Rotation(**{**said, "phase": Phase(said["phase"])})
        except (OSError, ValueError, TypeError, KeyError) as error:
            raise UnusableError(
                f"{self.path / STATE}: cannot be read ({error}); `periplus ca init` makes a root"
            ) from error

    def put_rotation(self, rotation: Rotation) -> None:
        """Write how far the root is replaced."""
        text = json.dumps({**asdict(rotation), "phase": rotation.phase.value}, indent=2)
        self.put(STATE, text.encode() + b"\n")

    def root(self, name: str = ROOT) -> Authority:
        """Return a root with its key."""
        certificate = self._pem(f"{name}-cert.pem")
        key = self._key(f"{name}-key.pem")
        try:
            own = read_certificates(certificate, f"{name}-cert.pem")
        except PkiError as error:
            raise UnusableError(f"{self.path}: {error}") from error
        return Authority(own[0], key, (), own)

    def put_root(self, made: Authority, name: str = ROOT) -> None:
        """Write a root with its key."""
        self.put(f"{name}-key.pem", key_pem(made.key))
        self.put(f"{name}-cert.pem", pem_of([made.certificate]))

    def signing(self) -> Authority:
        """Return the root that signs in this phase, with all roots that are trusted in it."""
        phase = self.rotation().phase
        if phase is Phase.STEADY:
            return self.root()
        old, new = self.root(), self.root(NEXT)
        signer = new if phase is Phase.SIGNING else old
        trusted = (old.certificate, new.certificate)
        return Authority(signer.certificate, signer.key, (), trusted)

    def clusters(self) -> list[str]:
        """List the clusters that have an authority here."""
        place = self.path / CLUSTERS
        return sorted(one.name for one in place.iterdir()) if place.is_dir() else []

    def cluster(self, name: str, now_s: float) -> Authority:
        """Return the authority of a cluster."""
        try:
            return authority_of(self.values(name), now_s)
        except PkiError as error:
            raise UnusableError(f"{self.path / CLUSTERS / name}: {error}") from error

    def values(self, name: str) -> dict[str, bytes]:
        """Return the values of a cluster's `cacerts`."""
        place = self.path / CLUSTERS / name
        if not place.is_dir():
            raise UnusableError(
                f"{place}: is not there; `periplus ca intermediate --cluster {name}` makes it"
            )
        return {file.name: file.read_bytes() for file in sorted(place.glob("[a-z]*.pem"))}

    def put_cluster(self, name: str, made: Authority) -> None:
        """Write the authority of a cluster."""
        for file, value in cacerts(made).items():
            self.put(f"{CLUSTERS}/{name}/{file}", value)

    def put(self, name: str, content: bytes) -> None:
        """Write a file for its owner alone, whole or not at all."""
        write_private(self.path / name, content)

    def drop_next(self) -> None:
        """Forget the files of a root that has taken its place."""
        for end in ("key", "cert"):
            (self.path / f"{NEXT}-{end}.pem").unlink(missing_ok=True)

    def _pem(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except OSError as error:
            raise UnusableError(f"{self.path / name}: {error.strerror}") from error

    def _key(self, name: str) -> SigningKey:
        try:
            return read_key(self._pem(name), name)
        except PkiError as error:
            raise UnusableError(f"{self.path}: {error}") from error


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read. Raises UnusableError."""
    fresh = path.with_name(f".{path.name}.new")
    try:
        for folder in reversed(path.parents):
            if not folder.exists():
                folder.mkdir(mode=_OWNER_ONLY_FOLDER)
        fresh.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(fresh, flags, _OWNER_ONLY), "wb") as file:
            file.write(content)
        fresh.replace(path)
    except OSError as error:
        raise UnusableError(f"{path}: {error.strerror}") from error
