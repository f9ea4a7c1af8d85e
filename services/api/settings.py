"""What an operator may choose about the api; environment `PERIPLUS_API_...`."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Final

from libs.adapters.forges.webhooks import ForgeKind
from libs.adapters.system.environment import number
from libs.telemetry.settings import TelemetrySettings
from services.api.people import PersonSettings

_NAME: Final = re.compile(r"[a-z0-9-]{1,64}")
_SECRET_CHARS_MIN: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookSettings:
    """Where one repository of a forge sends its deliveries: `/webhooks/<name>`."""

    name: str
    """Last part of the address."""
    forge: ForgeKind
    """Which forge it is; no header says otherwise."""
    repository: str
    """Full name of the repository, as the forge writes it."""
    secret: str = field(repr=False)
    """What both sides know; for GitLab a signing secret `whsec_...` or a token."""
    pushes: tuple[str, ...] = ()
    """Triggers that a push wakes, such as `http://127.0.0.1:15080/trigger`."""
    requests: tuple[str, ...] = ()
    """Triggers that a pull request wakes."""

    def __post_init__(self) -> None:
        """A name is part of an address, and a secret is not guessed."""
        if not _NAME.fullmatch(self.name):
            raise ValueError("a webhook's name has small letters, digits and hyphens")
        if len(self.secret) < _SECRET_CHARS_MIN:
            raise ValueError(
                f"the secret of `{self.name}` has less than {_SECRET_CHARS_MIN} letters"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings:
    """Where the door is, and who may knock."""

    PREFIX: ClassVar[str] = "PERIPLUS_API_"

    host: str = "127.0.0.1"
    """Address that is listened on."""
    port: int = number(15090, least=0, most=65_535)
    """Port that is listened on; 0 means any."""
    webhooks: tuple[WebhookSettings, ...] = ()
    """As JSON: one object for each repository."""
    pages: Path | None = None
    """Folder in which the previewer leaves whole reports; without it there are no pages."""
    store_url: str = ""
    """SQLAlchemy URL of the Store; without it there are no rollouts to look at."""
    people: tuple[PersonSettings, ...] = ()
    """As JSON: who may look at rollouts, and who may give orders."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)
