"""What the stages of one pass hand to each other."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from opentelemetry.trace import Span

from libs.desired.fleetview import FleetView
from libs.kernel.ids import CommitId, SetName, SourceName, TraceParent, TreeHash
from libs.kernel.messages import Message
from libs.kernel.revisions import Refusal, Revision, SourceState
from libs.lint.check import linter
from libs.lint.engine import Lint
from libs.meshapi.parsed import ParsedObject
from libs.ports.clock import Clock
from libs.ports.gitrepo import GitRepo
from libs.ports.steps import Steps
from libs.ports.store import Store
from libs.telemetry import tracing
from services.gitwatcher.storedtrees import StoredTrees


@dataclass(frozen=True, slots=True)
class Source:
    """One watched branch and the world around it. `ref` is a full ref name.

    `trees` and `lint` remember what was stored and found, so that a commit costs what it changes.
    """

    name: SourceName
    ref: str
    repo: GitRepo
    store: Store
    clock: Clock
    steps: Steps
    keep_revisions: int = 500
    trees: StoredTrees = field(default_factory=StoredTrees)
    lint: Lint = field(default_factory=linter)


@dataclass(frozen=True, slots=True)
class Tree:
    """The parsed objects of one set, or of the fleet's own files, at one commit."""

    tree: TreeHash
    commit: CommitId
    objects: tuple[ParsedObject, ...]
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A whole commit, parsed and not judged.

    `view` None means that its fleet cannot be understood; `messages` then say why, and there are
    no sets.
    """

    commit: CommitId
    fleet: Tree
    view: FleetView | None
    sets: Mapping[SetName, Tree]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The part of a commit that is taken, and why the rest is not.

    `sets` holds for each set the tree that shall run: of this commit or the last good one.
    `fleet` None means that nothing can be taken at all.
    """

    fleet: Tree | None
    sets: Mapping[SetName, Tree]
    refusals: tuple[Refusal, ...] = ()
    warnings: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Pass:
    """One look at a source. Stages return a copy with what they found out.

    `head` is a commit that has to be worked on; None when there is nothing new. `root` is the open
    span of that commit's trace. `afresh` asks for another judgement of a commit with refusals,
    because settings or rules may be others since.
    """

    source: Source
    noticed_at_s: float
    state: SourceState
    afresh: bool = False
    newest: Revision | None = None
    head: CommitId | None = None
    root: Span | None = None
    candidate: Candidate | None = None
    verdict: Verdict | None = None
    rewritten: bool = False

    @property
    def trace(self) -> TraceParent | None:
        """Parent of all spans of this commit; None without one."""
        return tracing.traceparent(self.root) or None if self.root is not None else None

    @contextmanager
    def span(self, name: str) -> Iterator[Span]:
        """Run a block as a child of the commit's root span."""
        with tracing.span(name, self.trace) as span:
            yield span
