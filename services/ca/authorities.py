"""The authorities of all clusters, from files that an operator or a Secret's mount replaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from libs.kernel.looperrors import StalledError
from libs.pki.authority import FILES, Authority, authority_of, issued_by
from libs.pki.certificates import fingerprint
from libs.pki.clusters import cluster_of
from libs.pki.errors import PkiError
from libs.ports.clock import Clock
from libs.telemetry.logs import get_logger

_Stamp = tuple[tuple[int, int, int], ...]
FILE_BYTES_MAX = 256 * 1024


@dataclass(slots=True)
class Authorities:
    """One folder for each cluster. What cannot be used is said, and the last good one signs on."""

    folder: Path
    clock: Clock
    _known: dict[str, Authority] = field(default_factory=dict)
    _stamps: dict[str, _Stamp] = field(default_factory=dict)

    def refresh(self) -> bool:
        """Look at the files again; tell whether an authority is another now.

        Raises `StalledError` while there is none at all.
        """
        before = dict(self._known)
        for place in self._places():
            self._read(place)
        if not self._known:
            raise StalledError(
                f"{self.folder}: no cluster has an authority here; `periplus ca intermediate` and"
                " `periplus ca cacerts` write one"
            )
        return before != self._known

    def of(self, cluster: str) -> Authority | None:
        """Return the authority of a cluster; None when it has none that is still valid."""
        found = self._known.get(cluster)
        return found if found and found.valid_until_s > self.clock.now_s() else None

    def roots(self) -> tuple[x509.Certificate, ...]:
        """Return all roots that any cluster trusts, each once."""
        all_of_them = (root for one in self._known.values() for root in one.roots)
        return tuple({fingerprint(root): root for root in all_of_them}.values())

    def cluster_of(self, shown: Sequence[x509.Certificate]) -> str:
        """Return the cluster of a workload by what it shows, its own certificate first.

        An authority that is named for none is known while it signs. Raises PkiError when nothing
        proves a cluster.
        """
        found = cluster_of(shown, self.roots())
        if found:
            return found
        known = (name for name, one in self._known.items() if issued_by(shown[0], one.certificate))
        name = next(known, "")
        if not name:
            raise PkiError("the authority of the certificate is named for no cluster")
        return name

    def clusters(self) -> Mapping[str, Authority]:
        """Return the authorities by cluster."""
        return dict(sorted(self._known.items()))

    def _places(self) -> list[Path]:
        """List the folders; names that begin with a dot are the inside of a Secret's mount."""
        try:
            found = [one for one in self.folder.iterdir() if not one.name.startswith(".")]
        except OSError as error:
            raise StalledError(f"{self.folder}: {error.strerror}; name a folder") from error
        return sorted(one for one in found if one.is_dir())

    def _read(self, place: Path) -> None:
        cluster = place.name
        try:
            stamp = tuple(_stamp(place / name) for name in FILES)
            if self._stamps.get(cluster) == stamp:
                return
            values = {name: _content(place / name) for name in FILES}
            found = authority_of(values, self.clock.now_s())
        except OSError as error:
            self._unusable(cluster, f"{error.filename}: {error.strerror}")
            return
        except PkiError as error:
            self._unusable(cluster, str(error))
            return
        self._known[cluster], self._stamps[cluster] = found, stamp
        get_logger().info(
            "authority in use",
            cluster=cluster,
            fingerprint=fingerprint(found.certificate),
            roots=[fingerprint(root) for root in found.roots],
            valid_until_s=found.valid_until_s,
        )

    def _unusable(self, cluster: str, reason: str) -> None:
        kept = cluster in self._known
        get_logger().warning("authority unusable", cluster=cluster, reason=reason, kept=kept)


def _stamp(path: Path) -> tuple[int, int, int]:
    """Identify a file's content without reading it."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(FILE_BYTES_MAX)
