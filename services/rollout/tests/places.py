"""A fleet in a store for tests: YAML in, an accepted revision out; targets stay as they are."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.fakes.store import FakeStore
from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ProxyId,
    RevisionId,
    SetName,
    SourceName,
    TreeHash,
)
from libs.kernel.messages import errors
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import (
    AcceptedSet,
    Manifest,
    ManifestEntry,
    Revision,
    SourceState,
    Target,
)
from libs.meshapi.objects import to_stored
from libs.meshapi.parse import parse_file
from libs.ports.store import Store

SOURCE = SourceName("fleet")
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {{name: {name}, labels: {{wave: {wave}}}}}
spec: {{connection: {{{connection}}}}}
"""
FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {{name: example}}
spec: {{{spec}}}
"""
SIDECAR = """\
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: {name}}}
spec: {{egress: [{{hosts: ["*/*"]}}]}}
"""
WAVES = """
rollout: {waves: [
  {name: canary, clusters: {matchLabels: {wave: canary}}, gates: [{name: live, live: {}}]},
  {name: rest}]}
"""
CLUSTERS = {"c1": "canary", "e1": "rest", "e2": "rest"}


@dataclass(slots=True)
class Places:
    """A store with a history of commits."""

    store: Store = field(default_factory=FakeStore)
    connection: str = "static: {}"
    number: int = 0

    def commit(
        self,
        spec: str = WAVES,
        sets: Mapping[str, str] | None = None,
        clusters: Mapping[str, str] | None = None,
        author: str = "Ann <ann@example.com>",
    ) -> Revision:
        """Accept a commit: the Fleet's spec, sets of YAML, clusters with their waves."""
        self.number += 1
        known = CLUSTERS if clusters is None else clusters
        described = [
            CLUSTER.format(name=name, wave=wave, connection=self.connection)
            for name, wave in known.items()
        ]
        fleet = self._stored([FLEET.format(spec=spec.strip()), *described])
        contents = sets or {"shop": SIDECAR.format(name=f"s{self.number}")}
        newest = self.store.newest_revision()
        commit = CommitId(f"{self.number:040x}")
        revision = Revision(
            RevisionId(f"r{self.number}"),
            newest.id if newest else None,
            self.number,
            SOURCE,
            commit,
            fleet,
            tuple(
                AcceptedSet(SetName(name), SOURCE, commit, self._stored([text]))
                for name, text in contents.items()
            ),
            "1",
            author=author,
        )
        self.store.accept(revision, SourceState(SOURCE, commit))
        return revision

    def run_everywhere(self, revision: Revision) -> None:
        """Let every cluster run a revision, as without rollouts."""
        current = self.store.targets()
        self.store.move_targets(
            Target(name, revision.id, current[name].generation + 1 if name in current else 1)
            for name in map(ClusterName, CLUSTERS)
        )

    def at(self, revision: str) -> list[str]:
        """Return the clusters whose target is a revision."""
        found = self.store.targets()
        return sorted(name for name, one in found.items() if one.revision == revision)

    def _stored(self, texts: Iterable[str]) -> TreeHash:
        entries, objects = [], []
        for number, text in enumerate(texts):
            found = parse_file(f"{number}.yaml", text.encode())
            assert not errors(found.messages), found.messages
            for one in found.objects:
                stored = to_stored(one.object)
                objects.append(stored)
                entries.append(ManifestEntry(stored.hash, stored.key, one.origin))
        digest = hashlib.sha256(repr(entries).encode()).hexdigest()
        self.store.add_contents(objects, [Manifest(TreeHash(digest), tuple(entries))])
        return TreeHash(digest)


def proxy(
    cluster: str, live: str, status: SyncStatus = SyncStatus.SYNCED, about: str = ""
) -> ProxyRecord:
    """Return a proxy of a cluster that carried the revision that it is live on."""
    return ProxyRecord(
        ProxyId(f"sidecar~{cluster}"),
        ClusterName(cluster),
        status,
        None,
        RevisionId(live),
        1.0,
        carried=True,
        error="no such filter" if status is SyncStatus.REFUSED else None,
        about=RevisionId(about or live),
    )
