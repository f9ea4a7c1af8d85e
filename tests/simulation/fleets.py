"""Draws fleets with strategies, and commits that change them."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from libs.kernel.ids import ClusterName, CommitId, RevisionId, SetName, SourceName, TreeHash
from libs.kernel.origins import Origin
from libs.kernel.revisions import AcceptedSet, Manifest, ManifestEntry, Revision, SourceState
from libs.meshapi.fleet import Cluster, Fleet, FleetSpec
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.objects import to_stored
from libs.meshapi.rollout import RolloutStrategy
from libs.meshapi.sidecar import Sidecar, SidecarSpec
from libs.ports.store import Store
from tests.agree.dice import Dice

SOURCE = SourceName("fleet")
WAVES = ("canary", "early", "late")
_GATE = {"name": "metric", "prometheus": {"address": "http://p", "query": "up", "min": 1}}


def drawn_strategy(dice: Dice) -> RolloutStrategy:
    """Draw a strategy with some of everything that a user may write."""
    waves = [_wave(dice, name) for name in WAVES if dice.chance(0.8)]
    written: dict[str, Any] = {
        "waves": waves,
        "progressDeadline": "2h",
        "budget": _some(dice, "clusters", (1, 2, "20%", "50%")),
        "supersede": dice.one(("betweenWaves", "betweenWaves", "never")),
        "return": {
            "automatic": dice.chance(0.8),
            "order": dice.one(("newestFirst", "allAtOnce")),
        },
    }
    written["budget"]["unreachableCounts"] = dice.chance(0.7)
    if dice.chance(0.3):
        written["windows"] = [_window(dice)]
    if dice.chance(0.3):
        written["gates"] = [_GATE]
    return RolloutStrategy.model_validate_json(json.dumps(written))


def _wave(dice: Dice, name: str) -> dict[str, Any]:
    wave: dict[str, Any] = {"name": name, "clusters": {"matchLabels": {"wave": name}}}
    wave |= _some(dice, "maxConcurrent", (1, 2, 3, "10%", "50%"))
    wave |= _some(dice, "soak", ("1m", "10m"))
    if dice.chance(0.4):
        wave["gates"] = [_GATE]
    if dice.chance(0.2):
        wave["approval"] = {"count": dice.number(1, 2)} | _some(dice, "groups", (["ops"],))
    return wave


def _window(dice: Dice) -> dict[str, Any]:
    return {
        "name": "window",
        "kind": dice.one(("freeze", "allow")),
        "start": f"{dice.number(0, 11):02}:00",
        "end": f"{dice.number(12, 23):02}:00",
        "overrun": dice.one(("finish", "pause")),
    }


def _some(dice: Dice, name: str, values: Sequence[Any]) -> dict[str, Any]:
    return {name: dice.one(values)} if dice.chance(0.6) else {}


class FleetHistory:
    """Accepts commits into a store. `clusters` are those of the newest one."""

    def __init__(self, store: Store, dice: Dice, count: int, author: str) -> None:
        """Begin with so many clusters and a strategy."""
        self._store, self._dice, self._author = store, dice, author
        self.clusters = {ClusterName(f"c{number:04}"): self._labels() for number in range(count)}
        self._strategy = drawn_strategy(dice)
        self._made = count
        self._number = 0

    def commit(self, *, calm: bool = True) -> Revision:
        """Accept a change of an object, or else one of clusters or of the strategy as well."""
        self._number += 1
        if not calm:
            self._change()
        objects = [Sidecar(metadata=Metadata(name=f"s{self._number}"), spec=SidecarSpec())]
        newest = self._store.newest_revision()
        commit = CommitId(f"{self._number:040x}")
        shop = AcceptedSet(SetName("shop"), SOURCE, commit, self._stored(objects))
        revision = Revision(
            RevisionId(f"r{self._number}"),
            newest.id if newest else None,
            self._number,
            SOURCE,
            commit,
            self._stored(self._fleet()),
            (shop,),
            "1",
            author=self._author,
        )
        self._store.accept(revision, SourceState(SOURCE, commit))
        return revision

    def _change(self) -> None:
        dice = self._dice
        if dice.chance(0.4):
            self._strategy = drawn_strategy(dice)
        if dice.chance(0.5):
            self.clusters[ClusterName(f"c{self._made:04}")] = self._labels()
            self._made += 1
        if dice.chance(0.4) and len(self.clusters) > 1:
            del self.clusters[dice.one(sorted(self.clusters))]

    def _labels(self) -> dict[str, str]:
        return {"wave": self._dice.one((*WAVES, "none"))}

    def _fleet(self) -> Iterable[MeshObject]:
        yield Fleet(metadata=Metadata(name="fleet"), spec=FleetSpec(rollout=self._strategy))
        for name, labels in self.clusters.items():
            spec = {"connection": {"context": name}}
            body = {"metadata": {"name": name, "labels": labels}, "spec": spec}
            yield Cluster.model_validate_json(json.dumps(body))

    def _stored(self, objects: Iterable[MeshObject]) -> TreeHash:
        made = [to_stored(one) for one in objects]
        entries = tuple(ManifestEntry(one.hash, one.key, Origin("fleet.yaml")) for one in made)
        digest = hashlib.sha256(repr([one.object for one in entries]).encode()).hexdigest()
        self._store.add_contents(made, [Manifest(TreeHash(digest), entries)])
        return TreeHash(digest)
