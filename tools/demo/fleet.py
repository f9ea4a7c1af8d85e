"""Starts everything that a demo consists of, in a temporary folder, and stops it again."""

import contextlib
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.demo.envoys import envoys_running
from tools.demo.places import Place, claim_place
from tools.demo.repository import EXAMPLE, Repository
from tools.demo.workloads import DemoCluster, read_clusters

STOP_S_MAX = 15.0
"""Longer than `up` itself gives its services."""
POLL_S = 0.5
"""How often the git watcher looks by itself; the repository's hook is what wakes it."""


@dataclass(frozen=True, slots=True)
class Fleet:
    """A running demo."""

    repository: Repository
    clusters: Sequence[DemoCluster]
    control_plane: Child
    programs: Child
    state: Path

    @property
    def store_url(self) -> str:
        """Where the control plane keeps its Store."""
        return f"sqlite:///{self.state / 'periplus.sqlite'}"

    @property
    def proxies(self) -> int:
        """Number of Envoys."""
        return sum(len(cluster.workloads) for cluster in self.clusters)

    def check(self) -> None:
        """Raise ChildError when a part has ended."""
        self.control_plane.check()
        self.programs.check()


@contextlib.contextmanager
def fleet_running(up_options: Sequence[str] = ()) -> Iterator[Fleet]:
    """Run a fleet within the block; `up_options` go to `periplus up`.

    Raises GitError, ChildError, FetchError or OSError with a sentence when a part cannot start.
    """
    with contextlib.ExitStack() as stack:
        place = stack.enter_context(claim_place())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="periplus-demo-")))
        xds_port, trigger_port = free_ports(2)
        repository = _repository(folder, place, trigger_port)
        clusters = read_clusters(repository.checkout)
        xds = ("--xds-address", f"127.0.0.1:{xds_port}")
        trigger = ("--trigger-address", f"127.0.0.1:{trigger_port}")
        control_plane = _control_plane(folder, repository, (*xds, *trigger, *up_options))
        stack.callback(control_plane.stop, STOP_S_MAX)
        programs = _python(folder, "programs", "-m", "tools.demo.apps", str(repository.checkout))
        stack.callback(programs.stop)
        stack.enter_context(envoys_running(clusters, xds_port, folder / "envoys"))
        yield Fleet(repository, clusters, control_plane, programs, folder / "state")


def _repository(folder: Path, place: Place, trigger_port: int) -> Repository:
    """Make the repository that people push to."""
    repository = Repository(folder)
    repository.create(place.moved, trigger_port)
    return repository


def _control_plane(folder: Path, repository: Repository, options: Sequence[str]) -> Child:
    """Start Periplus as a user would."""
    (folder / "state").mkdir()
    return _python(
        folder,
        "periplus",
        *("-m", "tools.cli", "up"),
        *("--repository", str(repository.bare)),
        *("--state", str(folder / "state")),
        *("--poll-s", str(POLL_S)),
        *options,
    )


def _python(folder: Path, name: str, *arguments: str) -> Child:
    """Start a Python program of ours."""
    env = {"PYTHONPATH": str(EXAMPLE), "PYTHONUNBUFFERED": "1"}
    return Child(ChildSpec(name, [sys.executable, *arguments], folder / f"{name}.log", env))
