"""A fleet of API servers: one etcd, a prefix, a port and a folder of its own for each."""

import contextlib
import subprocess
import tempfile
import urllib.request
from collections.abc import Iterator
from http.client import OK
from pathlib import Path

from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.kubeapi.credentials import Credentials, make
from tools.kubeapi.programs import ProgramMissingError, Programs, programs
from tools.kubeapi.server import ApiServer, Place, ServerSpec

ETCD_START_TIMEOUT_S = 30.0


class Fleet:
    """Servers by name. A server that was started once is stopped with the fleet."""

    def __init__(self, found: Programs, credentials: Credentials, folder: Path, etcd: str) -> None:
        """Run servers of these programs over the etcd at the URL `etcd`, files below `folder`."""
        self._programs = found
        self._credentials = credentials
        self._folder = folder
        self._etcd_url = etcd
        self._servers: dict[str, ApiServer] = {}

    def start(self, *specs: ServerSpec) -> tuple[ApiServer, ...]:
        """Start servers at once, each empty, and return them in order when all are ready.

        Raises `ValueError` for a name that is taken, ChildError for a server that does not start.
        """
        made = [
            self._made(spec, port) for spec, port in zip(specs, free_ports(len(specs)), strict=True)
        ]
        for server in made:
            server.launch()
        for server in made:
            server.wait_until_ready()
        return tuple(made)

    def ready(self, *specs: ServerSpec) -> tuple[ApiServer, ...]:
        """Return servers of these names, running: those that are not there yet start at once."""
        self.start(*(one for one in specs if one.name not in self._servers))
        found = tuple(self._servers[one.name] for one in specs)
        for server in found:
            if not server.is_running:
                server.start()
        return found

    def server(self, name: str) -> ApiServer:
        """Return the server of that name, starting an ordinary one where there is none yet."""
        return self._servers[name] if name in self._servers else self.start(ServerSpec(name))[0]

    def end(self) -> None:
        """End every server at once; nobody needs what they hold."""
        for server in self._servers.values():
            server.kill()

    def _made(self, spec: ServerSpec, port: int) -> ApiServer:
        if spec.name in self._servers:
            raise ValueError(f"the fleet has a server `{spec.name}` already")
        folder = self._folder / spec.name
        place = Place(self._programs, self._credentials, folder, port, self._etcd_url)
        server = self._servers[spec.name] = ApiServer(spec, place)
        return server


@contextlib.contextmanager
def running() -> Iterator[Fleet]:
    """Start an etcd and give a fleet without servers; everything is gone afterwards.

    Raises ProgramMissingError where a program is missing.
    """
    found = programs()
    with tempfile.TemporaryDirectory(prefix="kubeapi-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        credentials = _credentials(folder)
        client, peer = (f"http://127.0.0.1:{port}" for port in free_ports(2))
        etcd = Child(ChildSpec("etcd", _etcd(found, folder, client, peer), folder / "etcd.log"))
        fleet = Fleet(found, credentials, folder, client)
        try:
            etcd.wait_until("serve", lambda: _is_healthy(client), ETCD_START_TIMEOUT_S)
            yield fleet
        finally:
            fleet.end()
            etcd.stop()


def _credentials(folder: Path) -> Credentials:
    keys = folder / "keys"
    keys.mkdir()
    try:
        return make(keys)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ProgramMissingError(f"openssl made no keys: {error}") from error


def _etcd(found: Programs, folder: Path, client: str, peer: str) -> list[str]:
    """Keep nothing safe: the folder goes with the fleet."""
    return [
        str(found.etcd),
        "--unsafe-no-fsync",
        f"--data-dir={folder / 'etcd'}",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
    ]


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health", timeout=1) as reply:  # noqa: S310 - our own loopback address
            return int(reply.status) == OK
    except OSError:
        return False
