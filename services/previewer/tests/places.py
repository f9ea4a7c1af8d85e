"""A repository at a forge, for tests: a real git remote, and the forge's interface before it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from libs.adapters.forges.account import Account
from libs.adapters.forges.bitbucket import Bitbucket
from libs.adapters.forges.gitea import Gitea
from libs.adapters.forges.github import GitHub
from libs.adapters.forges.gitlab import GitLab
from libs.adapters.git.mirror import open_mirror
from libs.adapters.system.clock import SystemClock
from libs.fakes.forge import LOGIN
from libs.kernel.ids import CommitId
from libs.ports.clock import Clock
from libs.ports.forge import Forge
from services.previewer.onepass import Shop
from services.previewer.pages import Pages
from services.previewer.reading import Limits
from tests.forges.bitbucket import BITBUCKET
from tests.forges.gitea import GITEA
from tests.forges.github import GITHUB
from tests.forges.gitlab import GITLAB
from tests.forges.server import ForgeServer, Interface
from tests.forges.state import REPOSITORY, TOKEN, Proposal
from tools.gitremote.remote import GitRemote

FORGES: Final[Mapping[str, tuple[Callable[[Account, Clock], Forge], Interface, str]]] = {
    "github": (GitHub, GITHUB, "refs/pull/{}/head"),
    "gitlab": (GitLab, GITLAB, "refs/merge-requests/{}/head"),
    "gitea": (Gitea, GITEA, "refs/pull/{}/head"),
    "bitbucket": (Bitbucket, BITBUCKET, "refs/heads/readers"),
}
"""How a forge is spoken to, what it answers, and the ref that shows a pull request's commits."""

MAIN: Final = "refs/heads/main"
_FLEET = """apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: shop}
spec:
  sets:
  - name: shop
    paths: [configs]
    clusters: {}
    allow: {namespaces: [%s]}
"""
_CLUSTER = """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
spec: {connection: {static: {}}}
"""
_SERVICES = """apiVersion: v1
kind: Service
metadata: {name: reviews, namespace: default}
spec: {selector: {app: reviews}, ports: [{name: http, port: 9080}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: v1, namespace: default}
spec: {address: 10.0.0.1, labels: {app: reviews, version: v1}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: v2, namespace: default}
spec: {address: 10.0.0.2, labels: {app: reviews, version: v2}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: reviews, namespace: default}
spec:
  host: reviews
  subsets: [{name: v1, labels: {version: v1}}, {name: v2, labels: {version: v2}}]
"""
_RULE = """apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews, namespace: default}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews, subset: %s}}]}]
"""


def files(subset: str = "v1", namespace: str = "default", **more: str) -> dict[str, bytes]:
    """Return a fleet whose readers go to a subset; `more` are further files of the set."""
    texts = {
        "fleet.yaml": _FLEET % namespace,
        "clusters/east/cluster.yaml": _CLUSTER,
        "configs/services.yaml": _SERVICES,
        "configs/rules.yaml": _RULE % subset,
    } | {f"configs/{name}.yaml": text for name, text in more.items()}
    return {path: text.encode() for path, text in texts.items()}


@dataclass(frozen=True, slots=True)
class Place:
    """A forge with its repository, and a previewer that looks at it."""

    remote: GitRemote
    server: ForgeServer
    shop: Shop
    head_ref: str

    def propose(
        self, changed: Mapping[str, bytes], parent: CommitId, *, fork: bool = False
    ) -> CommitId:
        """Open pull request 1 with these files, or give it other commits."""
        head = self.remote.commit(changed, ref=self.head_ref, parent=parent)
        self.server.state.proposals[1] = Proposal(1, head, fork=fork)
        return head

    @property
    def comments(self) -> list[str]:
        """Our comments under pull request 1."""
        found = self.server.state.comments.get(1, [])
        return [one.body for one in found if one.login == LOGIN]

    @property
    def writes(self) -> int:
        """How often something was written at the forge."""
        return sum(one.method != "GET" for one in self.server.exchanges)


def place_at(name: str, folder: Path) -> Place:
    """Set up a forge of a kind. The caller closes its server."""
    make, interface, ref = FORGES[name]
    remote, server = GitRemote(folder / "remote.git"), ForgeServer(interface)
    account = Account(server.url, REPOSITORY, LOGIN, TOKEN)
    return Place(
        remote, server, shop_of(make(account, SystemClock()), remote, folder), ref.format(1)
    )


def shop_of(forge: Forge, remote: GitRemote, folder: Path) -> Shop:
    """Return a previewer that starts afresh."""
    return Shop(
        forge,
        open_mirror(folder / "mirror.git", str(remote.path), clock=SystemClock()),
        Limits(blob_bytes_max=100_000, tree_bytes_max=1_000_000),
        REPOSITORY,
        Pages(folder / "pages", "https://periplus.example/previews"),
    )
