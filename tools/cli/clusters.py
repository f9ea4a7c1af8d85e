"""The clusters that a command works on: which ones, how they are reached, what they should have."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Annotated, Any

from cyclopts import Parameter

from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.connecting import Connector
from libs.adapters.kube.execplugin import allowed_here
from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.system.steps import NoSteps
from libs.desired.fleetview import FleetView
from libs.desired.select import RenderError
from libs.desired.stored import RevisionReader
from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.revisions import Target
from libs.ports.store import Store
from services.reconciler.direction import Direction, FixedDirection, StoredDirection
from services.reconciler.onecluster import OneCluster, Shared
from services.reconciler.sealed import Opening, opening_with
from tools.cli.clusterobjects import placed_in, read_desired
from tools.cli.errors import UnusableError
from tools.cli.running import DEFAULT_STATE
from tools.up.options import UpOptions

AT_ONCE = 8
"""So many clusters are worked on at a time."""

FILES = RevisionId("files")
"""Stands for files that are no revision."""


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Where:
    """Which clusters are meant, and where inventories are kept."""

    cluster: tuple[str, ...] = ()
    """Name of a cluster; may be given several times. All with an API server when not given"""
    kubeconfig: Path | None = None
    """File with the contexts of clusters; that of kubectl when not given"""
    home_context: str = ""
    """Context of the cluster whose Secrets hold the kubeconfigs of others"""
    kubeconfig_exec: Annotated[bool, Parameter(negative="")] = False
    """Run programs that the kubeconfig names (`exec`) for credentials"""
    sealing_keys: Path | None = None
    """File or folder of the private keys that open SealedSecrets"""
    state: Path = DEFAULT_STATE
    """Folder that `periplus up` keeps its state in"""
    store: str = ""
    """SQLAlchemy URL of the database, instead of a state folder"""

    @property
    def contexts(self) -> Path:
        """The kubeconfig that is meant."""
        named = self.kubeconfig or os.environ.get("KUBECONFIG", "").split(os.pathsep)[0]
        return Path(named) if named else Path.home() / ".kube" / "config"


ANYWHERE = Where()


@dataclass(frozen=True, slots=True)
class Meant:
    """A cluster that a command works on, and where it should go."""

    one: OneCluster
    target: Target


@dataclass(frozen=True, slots=True)
class Fleet:
    """What clusters should become, and where each of them should go."""

    view: FleetView
    direction: Direction
    targets: dict[ClusterName, Target]


@contextlib.contextmanager
def meant(paths: Sequence[str], where: Where, *, keeps: bool) -> Iterator[list[Meant]]:
    """Give the clusters that are meant, by name. With paths these say what clusters should have.

    `keeps` makes a state folder where there is none. Raises UnusableError for input that is none.
    """
    with contextlib.ExitStack() as stack:
        store = _store(where, stack, keeps=keeps and bool(paths), needed=not paths)
        clock = SystemClock()
        client = KubeClient(clock, SystemRng())
        stack.callback(client.close)
        opening = _opening(where.sealing_keys)
        fleet = _of_files(paths, opening) if paths else _of_store(store, opening)
        shared = Shared(store, clock, NoSteps(), fleet.direction)
        allowed = allowed_here(programs=where.kubeconfig_exec)
        connector = Connector(client, where.contexts, allowed, where.home_context)
        found = []
        for name in _chosen(fleet.view, where.cluster):
            cluster = connector.connect(name, fleet.view.clusters[name].spec.connection)
            one = OneCluster(shared, cluster, lambda: None)
            stack.callback(one.close)
            found.append(Meant(one, fleet.targets[name]))
        yield found


def on_each(
    found: Sequence[Meant],
    work: Callable[[Meant], dict[str, Any]],
    done: Callable[[dict[str, Any], int], None],
) -> list[dict[str, Any]]:
    """Work on clusters, some at a time; `done` is told of each, with the number that is done.

    A cluster that cannot be worked on becomes `{"cluster", "error"}` and stops no other.
    """

    def safely(one: Meant) -> dict[str, Any]:
        try:
            return work(one)
        except (StalledError, TransientError, WaitingError) as error:
            return {"cluster": one.one.name, "error": error.reason}
        except RenderError as error:
            return {"cluster": one.one.name, "error": str(error)}

    results: list[dict[str, Any]] = []
    with ThreadPoolExecutor(AT_ONCE) as pool:
        for future in as_completed([pool.submit(safely, one) for one in found]):
            results.append(future.result())
            done(results[-1], len(results))
    return sorted(results, key=lambda one: str(one["cluster"]))


def _store(where: Where, stack: contextlib.ExitStack, *, keeps: bool, needed: bool) -> Store:
    """Open the Store; where there is none, a new one that stays or goes with the command."""
    url = where.store
    if not url:
        state = where.state
        if not (state / "periplus.sqlite").is_file():
            if needed:
                raise UnusableError(
                    f"{state}: no Periplus has kept its state here; name its folder with --state,"
                    " its database with --store, or the PATH of what clusters should have"
                )
            if keeps:
                state.mkdir(parents=True, exist_ok=True)
            else:
                state = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = UpOptions(repository="", state=state.absolute()).store
    try:
        store = open_store(url)
    except (TransientError, StalledError) as error:
        raise UnusableError(error.reason) from error
    stack.callback(store.close)
    return store


def _opening(keys: Path | None) -> Opening:
    try:
        return opening_with(keys)
    except StalledError as error:
        raise UnusableError(error.reason) from error


def _of_files(paths: Sequence[str], opening: Opening) -> Fleet:
    desired = read_desired(paths)
    view = desired.view
    placed = {name: placed_in(name, view, desired.contents) for name in view.clusters}
    targets = {name: Target(name, FILES, 0) for name in view.clusters}
    return Fleet(view, FixedDirection(view, placed, opening), targets)


def _of_store(store: Store, opening: Opening) -> Fleet:
    reader, newest = RevisionReader(store), store.newest_revision()
    if newest is None:
        raise UnusableError("no revision has been accepted yet; `periplus status` says why")
    direction = StoredDirection(store, reader, opening, Lock())
    return Fleet(reader.view(newest), direction, dict(store.targets()))


def _chosen(view: FleetView, names: Sequence[str]) -> list[ClusterName]:
    """Return the clusters that are named, or all that have an API server."""
    reachable = [name for name, one in view.clusters.items() if one.spec.connection.static is None]
    for name in names:
        if name not in view.clusters:
            known = ", ".join(view.clusters) or "none"
            raise UnusableError(f"the fleet has no cluster `{name}`; it has {known}")
        if name not in reachable:
            raise UnusableError(
                f"cluster `{name}` has no API server; write `context: NAME` into its"
                " `spec.connection` if it has one"
            )
    if not reachable:
        raise UnusableError(
            "no cluster of the fleet has an API server; write `spec: {connection: {context: NAME}}`"
            " into clusters/<name>/cluster.yaml"
        )
    return [ClusterName(name) for name in names] or reachable
