"""What an operator may choose about the gitwatcher; environment `PERIPLUS_GITWATCHER_...`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from libs.adapters.system.environment import number
from libs.kernel.ids import SourceName
from libs.telemetry.settings import TelemetrySettings

_SOURCE = SourceName("fleet")


@dataclass(frozen=True, slots=True, kw_only=True)
class GitwatcherSettings:
    """One source: which repository is watched, how often, and where truth is kept."""

    PREFIX: ClassVar[str] = "PERIPLUS_GITWATCHER_"

    source: SourceName = _SOURCE
    """Name under which the repository is known in the Store; it never changes."""
    repository: str
    """URL of the repository: https, ssh, file or a path."""
    branch: str = "main"
    """Branch whose newest commit is wanted; a name with `refs/` in front is taken as it is."""
    username: str = "git"
    """User name for https, where the URL does not hold one."""
    password: str = field(default="", repr=False)
    """Password or token for https; empty means that none is sent."""
    ssh_key: Path | None = None
    """Private key for ssh; the public one lies beside it with `.pub` behind its name."""
    mirror: Path
    """Folder of the bare mirror; made when it is not there."""
    store_url: str
    """SQLAlchemy URL of the Store."""
    poll_s: float = number(1.0, least=0.05, most=3_600)
    """Seconds between two looks at the remote when no trigger comes; varied by a tenth."""
    trigger: str = "127.0.0.1:15080"
    """`host:port` where `POST /trigger` wakes the gitwatcher; empty means none, port 0 any."""
    blob_bytes_max: int = number(1_048_576, least=1)
    """Largest file of a set that is read."""
    set_bytes_max: int = number(268_435_456, least=1)
    """Largest sum of the files of one set."""
    fetch_timeout_s: float = number(300.0, above=0)
    """Longest duration of one fetch."""
    server_timeout_s: float = number(10.0, above=0)
    """Longest silence of the remote."""
    kustomize: Path | None = None
    """A statically linked kustomize that renders directories with a kustomization; else none is."""
    keep_revisions: int = number(500, least=1)
    """Revisions that stay in the Store; older ones go unless a target names them."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)

    def __post_init__(self) -> None:
        """Names are needed."""
        if not self.source or not self.branch:
            raise ValueError("source and branch must not be empty")

    @property
    def ref(self) -> str:
        """Full name of the watched ref."""
        return self.branch if self.branch.startswith("refs/") else f"refs/heads/{self.branch}"
