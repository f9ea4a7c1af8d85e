"""What an operator may choose about the gitwatcher; environment `PERIPLUS_GITWATCHER_...`."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from libs.kernel.ids import SourceName
from libs.telemetry.settings import TelemetrySettings


class GitwatcherSettings(BaseSettings):
    """One source: which repository is watched, how often, and where truth is kept."""

    model_config = SettingsConfigDict(
        frozen=True, env_prefix="PERIPLUS_GITWATCHER_", env_nested_delimiter="__"
    )

    source: SourceName = Field(default=SourceName("fleet"), min_length=1)
    """Name under which the repository is known in the Store; it never changes."""
    repository: str
    """URL of the repository: https, ssh, file or a path."""
    branch: str = Field(default="main", min_length=1)
    """Branch whose newest commit is wanted; a name with `refs/` in front is taken as it is."""
    username: str = "git"
    """User name for https, where the URL does not hold one."""
    password: SecretStr = SecretStr("")
    """Password or token for https; empty means that none is sent."""
    ssh_key: Path | None = None
    """Private key for ssh; the public one lies beside it with `.pub` behind its name."""
    mirror: Path
    """Folder of the bare mirror; made when it is not there."""
    store_url: str
    """SQLAlchemy URL of the Store."""
    poll_s: float = Field(default=1.0, ge=0.05, le=3_600)
    """Seconds between two looks at the remote when no trigger comes; varied by a tenth."""
    trigger: str = "127.0.0.1:15080"
    """`host:port` where `POST /trigger` wakes the gitwatcher; empty means none, port 0 any."""
    blob_bytes_max: int = Field(default=1_048_576, ge=1)
    """Largest file of a set that is read."""
    set_bytes_max: int = Field(default=268_435_456, ge=1)
    """Largest sum of the files of one set."""
    fetch_timeout_s: float = Field(default=300.0, gt=0)
    """Longest duration of one fetch."""
    server_timeout_s: float = Field(default=10.0, gt=0)
    """Longest silence of the remote."""
    kustomize: Path | None = None
    """A statically linked kustomize that renders directories with a kustomization; else none is."""
    keep_revisions: int = Field(default=500, ge=1)
    """Revisions that stay in the Store; older ones go unless a target names them."""
    telemetry: TelemetrySettings = TelemetrySettings()

    @property
    def ref(self) -> str:
        """Full name of the watched ref."""
        return self.branch if self.branch.startswith("refs/") else f"refs/heads/{self.branch}"
