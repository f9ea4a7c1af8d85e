"""A repository that somebody pushes to, and a gitwatcher that a test moves pass by pass."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from libs.adapters.git.mirror import open_mirror
from libs.adapters.sql.store import SqlStore, open_store
from libs.adapters.system.clock import SystemClock
from libs.fakes.records import MemoryRecords
from libs.fakes.steps import RecordedSteps
from libs.kernel.ids import CommitId, ObjectHash, SetName, SourceName
from libs.kernel.messages import Message
from libs.kernel.revisions import Refusal, Revision, SourceState
from services.gitwatcher.files import FileReader
from services.gitwatcher.onepass import Outcome, one_pass
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Source
from tools.gitremote.remote import Clone, GitRemote

FLEET = b"""\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: small}
spec:
  sets:
  - {name: hello, paths: [configs/hello], clusters: {matchLabels: {env: test}}}
  - {name: other, paths: [configs/other], clusters: {matchLabels: {env: test}}}
"""
CLUSTER = b"""\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east, labels: {env: test}}
"""
ROUTE = b"""\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: hello, namespace: default}
spec:
  hosts: [hello]
  http:
  - route:
    - destination: {host: hello, subset: v1}
"""


def service(name: str) -> bytes:
    """Return a Service."""
    return b"""\
apiVersion: v1
kind: Service
metadata: {name: %b, namespace: default}
spec:
  selector: {app: %b}
  ports: [{name: http, port: 8000}]
""" % (name.encode(), name.encode())


def subsets(name: str) -> bytes:
    """Return a DestinationRule with the subsets v1 and v2."""
    return b"""\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: %b, namespace: default}
spec:
  host: %b
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
""" % (name.encode(), name.encode())


def seed() -> dict[str, bytes | None]:
    """Return a good commit: two sets, one cluster."""
    return {
        "fleet.yaml": FLEET,
        "clusters/east/cluster.yaml": CLUSTER,
        "configs/hello/service.yaml": service("hello"),
        "configs/hello/subsets.yaml": subsets("hello"),
        "configs/hello/route.yaml": ROUTE,
        "configs/other/service.yaml": service("other"),
    }


@dataclass(slots=True)
class Watched:
    """A remote with a clone, and the gitwatcher of it. `passes` holds what each pass came to."""

    remote: GitRemote
    clone: Clone
    store: SqlStore
    source: Source
    reader: Reader
    steps: RecordedSteps

    @classmethod
    def create(cls, folder: Path, store_url: str) -> "Watched":
        """Make everything anew in a folder, with nothing pushed yet."""
        remote = GitRemote(folder / "remote.git")
        store, steps, clock = open_store(store_url), RecordedSteps(), SystemClock()
        repo = open_mirror(folder / "mirror.git", str(remote.path), clock=clock)
        source = Source(SourceName("fleet"), "refs/heads/main", repo, store, clock, steps)
        reader = Reader(repo, FileReader(repo, 1_048_576, 268_435_456, MemoryRecords()))
        return cls(remote, remote.clone(folder / "clone"), store, source, reader, steps)

    def look(self) -> Outcome:
        """Let the gitwatcher look once."""
        return one_pass(self.source, self.reader)

    def push(self, files: Mapping[str, bytes | None]) -> CommitId:
        """Really push a change and let the gitwatcher look once."""
        commit = self.clone.push_files(files)
        self.look()
        return commit

    @property
    def state(self) -> SourceState:
        """What is recorded of the source."""
        found = self.store.source(self.source.name)
        assert found is not None
        return found

    @property
    def newest(self) -> Revision:
        """The newest revision."""
        found = self.store.newest_revision()
        assert found is not None
        return found

    @property
    def refused(self) -> set[str | None]:
        """Names of what stays behind; None stands for the repository as a whole."""
        return {refusal.name for refusal in self.state.refusals}

    def refusal(self, name: str | None) -> Refusal:
        """Return the one refusal of a set; it has to be there."""
        (found,) = [refusal for refusal in self.state.refusals if refusal.name == name]
        return found

    def said(self, name: str | None) -> list[str]:
        """Return what a person reads about a refused set, one line a message."""
        return [str(message) for message in self.refusal(name).messages]

    def message(self, name: str | None) -> Message:
        """Return the only message of a refused set."""
        (found,) = self.refusal(name).messages
        return found

    def hashes(self) -> dict[SetName, set[ObjectHash]]:
        """Return the objects of every set of the newest revision."""
        found = {}
        for item in self.newest.sets:
            manifest = self.store.manifest(item.tree)
            assert manifest is not None
            found[item.name] = {entry.object for entry in manifest.entries}
        return found
