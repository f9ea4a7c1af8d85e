"""What an operator may choose about the previewer; environment `PERIPLUS_PREVIEWER_...`."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from libs.adapters.forges.webhooks import ForgeKind
from libs.adapters.system.environment import number
from libs.telemetry.settings import TelemetrySettings


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewerSettings:
    """One repository at one forge."""

    PREFIX: ClassVar[str] = "PERIPLUS_PREVIEWER_"

    forge: ForgeKind
    """Which interface the forge has."""
    forge_url: str
    """Address of the interface, such as `https://git.example/api/v1` for Gitea."""
    forge_repository: str
    """Full name of the repository at the forge, such as `team/configs`."""
    forge_login: str
    """Name under which the token writes; comments of others are never edited."""
    forge_token: str = field(repr=False)
    """Token that may read pull requests, and write comments and statuses."""
    forge_checks: bool = False
    """Whether the token belongs to an app that may make check runs."""
    repository: str
    """URL of the repository for git: https, ssh, file or a path."""
    username: str = "git"
    """User name for https, where the URL does not hold one."""
    password: str = field(default="", repr=False)
    """Password or token for https; empty means that none is sent."""
    ssh_key: Path | None = None
    """Private key for ssh; the public one lies beside it with `.pub` behind its name."""
    mirror: Path
    """Folder of the bare mirror; made when it is not there, and shared with nobody."""
    poll_s: float = number(60.0, least=0.05, most=3_600)
    """Seconds between two looks at the forge when no trigger comes."""
    trigger: str = "127.0.0.1:15081"
    """`host:port` where `POST /trigger` wakes the previewer; empty means none, port 0 any."""
    pages: Path | None = None
    """Folder for whole reports; without it there are no pages."""
    pages_url: str = ""
    """Address under which the api serves pages, such as `https://periplus.example/previews`."""
    blob_bytes_max: int = number(1_048_576, least=1)
    """Largest file that is read."""
    tree_bytes_max: int = number(268_435_456, least=1)
    """Largest sum of the files of one commit."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)

    def __post_init__(self) -> None:
        """Nobody is found without a name."""
        if not self.forge_repository or not self.forge_login:
            raise ValueError("forge_repository and forge_login must not be empty")
