"""`--mesh-config FILE` and `--mesh-networks FILE`: Istio's own files of settings.

A field that the file writes stands in for the same field of the Fleet's `spec.mesh`, whole; all
others stay as the Fleet has them.
"""

from dataclasses import dataclass
from pathlib import Path

from libs.desired.fleetview import FleetView
from libs.kernel.messages import Message, errors
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.settings import read_mesh_config, read_mesh_networks
from tools.cli.errors import UnusableError

_BYTES_MAX = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mesh:
    """What the files say; `messages` may be errors, and then `config` is None.

    `networks` is the file of networks as it is, which names clusters of a fleet.
    """

    config: MeshConfig | None = None
    messages: tuple[Message, ...] = ()
    networks: tuple[str, bytes] | None = None

    def over(self, view: FleetView) -> FleetView:
        """Return a fleet with these settings."""
        if self.config is None:
            return view
        written = {name: getattr(self.config, name) for name in self.config.model_fields_set}
        return view.with_mesh(view.fleet.spec.mesh.model_copy(update=written))

    def within(self, view: FleetView | None) -> tuple[Message, ...]:
        """Return all messages; a fleet that names its clusters is what networks name."""
        if self.networks is None:
            return self.messages
        clusters = view.clusters if view is not None and not view.is_plain else ()
        return self.messages + read_mesh_networks(*self.networks, tuple(clusters)).messages

    def usable(self) -> "Mesh":
        """Return the same; raises UnusableError when a file has an error."""
        wrong = errors(self.within(None))
        if wrong:
            raise UnusableError("; ".join(map(str, wrong[:3])))
        return self


NO_MESH = Mesh()


def read_mesh(config: str, networks: str) -> Mesh:
    """Read the files that are named; an empty name is none. Raises UnusableError."""
    messages: tuple[Message, ...] = ()
    found = None
    if config:
        read = read_mesh_config(config, _bytes(config, "--mesh-config"))
        found, messages = read.value, read.messages
    named = (networks, _bytes(networks, "--mesh-networks")) if networks else None
    return Mesh(found, messages, named)


def _bytes(name: str, option: str) -> bytes:
    try:
        if Path(name).stat().st_size > _BYTES_MAX:
            raise UnusableError(f"{option} {name}: larger than {_BYTES_MAX} bytes")
        return Path(name).read_bytes()
    except OSError as error:
        raise UnusableError(f"{option} {name}: {error.strerror}") from error
