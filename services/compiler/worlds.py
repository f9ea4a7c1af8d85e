"""Reads a cluster's target revision from the Store into a World.

Objects are parsed once by content hash and kept while a world uses them; a revision that leaves a
cluster's objects as they were gives the same World again, another one only what differs anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from libs.compile.tokens import addresses
from libs.compile.world import World, build_world, followed_world
from libs.desired.fleetview import FleetView
from libs.desired.members import PlacedObject
from libs.desired.stored import RevisionReader
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import ManifestEntry, Revision, Target
from libs.meshapi.fleet import Cluster, MeshSettings
from libs.ports.store import Store
from services.compiler.board import ClusterWorld
from services.compiler.facts import FactSource, NoFacts
from services.compiler.keysets import KeyCache
from services.compiler.secrets import Placed, SecretFolder, SecretSource


@dataclass(frozen=True, slots=True)
class Ingredients:
    """All that a World is made of; equal ingredients make an equal World."""

    settings: MeshSettings
    entries: tuple[PlacedObject[ManifestEntry], ...]
    variables: tuple[Mapping[str, str], ...] = ()
    secrets: tuple[Placed, ...] = ()
    facts: tuple[Placed, ...] = ()


@dataclass(slots=True)
class WorldReader:
    """Worlds behind a memo; not thread-safe."""

    store: Store
    secrets: SecretSource = field(default_factory=lambda: SecretFolder(None))
    keys: KeyCache | None = None
    facts: FactSource = field(default_factory=NoFacts)
    _reader: RevisionReader = field(init=False)
    _worlds: dict[ClusterName, tuple[Ingredients, World]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._reader = RevisionReader(self.store)

    def read(self, target: Target) -> ClusterWorld:
        """Return the world of a target.

        Raises TransientError when the Store lacks a part of it, WaitingError when the cluster was
        not seen yet, and RenderError when patches or variables do not fit what they are for, which
        no accepted revision has.
        """
        revision = self.store.revision(target.revision)
        if revision is None:
            raise TransientError(f"revision {target.revision} is not in the store")
        view = self._reader.view(revision)
        ingredients = Ingredients(
            view.fleet.spec.mesh,
            self._reader.members(target.cluster, view, revision),
            _variables(target.cluster, view),
            self.secrets.of(target.cluster),
            self.facts.of(target.cluster),
        )
        known = self._worlds.get(target.cluster)
        if known is None or known[0] != ingredients:
            former = known[1] if known and known[0].settings == ingredients.settings else None
            known = ingredients, self._build(target.cluster, view, ingredients, former)
        known = ingredients, self._with_keys(target.cluster, known[1])
        self._worlds[target.cluster] = known
        return ClusterWorld(target.cluster, revision, known[1])

    def _with_keys(self, cluster: ClusterName, world: World) -> World:
        """Return the world with the keys of its tokens that have been fetched."""
        if self.keys is None:
            return world
        rules = (one for space in world.authentications.values() for one in space)
        found = self.keys.of(cluster, addresses(rules))
        return world if found == world.keys else replace(world, keys=found)

    def forget(self, clusters: Iterable[ClusterName]) -> None:
        """Drop what only departed clusters used."""
        gone = list(clusters)
        for cluster in gone:
            self._worlds.pop(cluster, None)
        if self.keys is not None:
            self.keys.forget(gone)

    def trim(self, revisions: Iterable[Revision]) -> None:
        """Keep only the objects and manifests of these revisions."""
        self._reader.trim(revisions)

    def _build(
        self, cluster: ClusterName, view: FleetView, ingredients: Ingredients, former: World | None
    ) -> World:
        """Make a world, or bring a former one with these settings up to date."""
        rendered = self._reader.rendered(cluster, view, ingredients.entries)
        opened = self.secrets.opened((one.item.object, one.item.origin) for one in rendered)
        # Of two with one key the later counts: a cluster's own word before what was written of it.
        everything = (*opened, *ingredients.secrets, *ingredients.facts)
        if former is not None:
            return followed_world(former, everything)
        return build_world(everything, cluster, ingredients.settings)

    def has_news(self, cluster: ClusterName) -> bool:
        """Say whether Secrets or facts from outside differ from those of the cluster's world.

        Raises WaitingError when the cluster was not seen yet.
        """
        known = self._worlds.get(cluster)
        return known is not None and (
            known[0].secrets != self.secrets.of(cluster) or known[0].facts != self.facts.of(cluster)
        )

    def clusters(self, targets: Iterable[Target]) -> Mapping[ClusterName, Cluster]:
        """Return each target's cluster as its own revision describes it."""
        found: dict[ClusterName, Cluster] = {}
        for target in targets:
            revision = self.store.revision(target.revision)
            described = self._reader.view(revision).clusters if revision is not None else {}
            if target.cluster in described:
                found[target.cluster] = described[target.cluster]
        return found

    def has_new_keys(self, cluster: ClusterName) -> bool:
        """Say whether keys were fetched that the cluster's world does not have."""
        known = self._worlds.get(cluster)
        if known is None or self.keys is None:
            return False
        return known[1].keys != self.keys.known(cluster)


def _variables(cluster: ClusterName, view: FleetView) -> tuple[Mapping[str, str], ...]:
    """Return all that variables of the cluster's objects can come from."""
    found = view.clusters.get(cluster)
    own: Mapping[str, str] = found.spec.variables if found is not None else {}
    return (view.fleet.spec.variables, *(one.variables for one in view.fleet.spec.sets), own)
