"""What an agent is told: whose identity it gets, where from, and which Envoy it runs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libs.pki.spiffe import SpiffeId


@dataclass(frozen=True, slots=True)
class AuthorityOptions:
    """Where certificates come from.

    `mutual_address` takes the present certificate instead of a token; empty means that there is
    no such door. `roots` is a file, read until the authority says itself whom to trust. `life_s`
    of 0 leaves the life of certificates to the authority.
    """

    address: str
    roots: Path
    token: Path
    mutual_address: str = ""
    server_name: str = ""
    life_s: float = 0.0


@dataclass(frozen=True, slots=True)
class EnvoyOptions:
    """Which Envoy runs, from which bootstrap; `binary` may be found on the PATH.

    An ending Envoy is drained for `drain_s` seconds.
    """

    bootstrap: Mapping[str, Any]
    binary: str
    arguments: tuple[str, ...] = ()
    drain_s: float = 5.0


@dataclass(frozen=True, slots=True)
class AgentOptions:
    """All of it. `keep` is a folder for key and certificate, None to keep them in memory alone.

    Without `envoy` only secrets are served.
    """

    identity: SpiffeId
    cluster: str
    folder: Path
    authority: AuthorityOptions
    envoy: EnvoyOptions | None = None
    keep: Path | None = None

    @property
    def socket(self) -> Path:
        """The Unix socket at which the Envoy gets its secrets."""
        return self.folder / "sds.sock"
