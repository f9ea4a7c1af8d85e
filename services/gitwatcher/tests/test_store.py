"""What becomes durable of a judged commit."""

from dataclasses import replace

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import CommitId, SetName, SourceName, TreeHash
from libs.kernel.revisions import Refusal, Revision, SourceState
from libs.meshapi.parse import parse_file
from libs.ports.store import StaleGenerationError
from services.gitwatcher import steps
from services.gitwatcher.store import revision_id, store
from services.gitwatcher.work import Pass, Source, Tree, Verdict

NAME = SourceName("fleet")
SET = SetName("hello")


@pytest.fixture
def reached() -> RecordedSteps:
    """The steps of a test."""
    return RecordedSteps()


@pytest.fixture
def memory() -> FakeStore:
    """The store of a test."""
    return FakeStore()


@pytest.fixture
def remote() -> FakeRemote:
    """The remote of a test."""
    return FakeRemote()


@pytest.fixture
def source(remote: FakeRemote, memory: FakeStore, reached: RecordedSteps) -> Source:
    """A source whose first commit is fetched."""
    remote.commit({"a.yaml": b"x"})
    repo = FakeGitRepo(remote)
    repo.fetch("refs/heads/main")
    return Source(NAME, "refs/heads/main", repo, memory, FakeClock(), reached)


def _tree(commit: CommitId, *names: str) -> Tree:
    text = "---\n".join(
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {n}}}\nspec: {{ports: [{{port: 80}}]}}\n"
        for n in names
    )
    parsed = parse_file("a.yaml", text.encode())
    return Tree(TreeHash("tree-" + "-".join(names)), commit, parsed.objects)


def _pass(source: Source, verdict: Verdict, newest: Revision | None = None) -> Pass:
    head = source.repo.remote_head(source.ref)
    state = SourceState(NAME, newest.commit if newest else None)
    return Pass(source, 1.0, state, newest=newest, head=head, verdict=verdict)


def _stored(source: Source, *names: str) -> Revision:
    head = source.repo.remote_head(source.ref)
    assert head is not None
    done = store(_pass(source, Verdict(_tree(head), {SET: _tree(head, *names)})))
    assert done.newest is not None
    return done.newest


def test_a_first_revision_is_stored_with_its_contents(
    source: Source, memory: FakeStore, reached: RecordedSteps
) -> None:
    """Contents first, then the revision; the commit is held alive before it is named."""
    revision = _stored(source, "a", "b")
    assert memory.newest_revision() == revision
    assert (revision.generation, revision.parent) == (1, None)
    manifest = memory.manifest(TreeHash("tree-a-b"))
    assert manifest is not None
    assert [entry.key.name for entry in manifest.entries] == ["a", "b"]
    assert len(memory.objects(entry.object for entry in manifest.entries)) == 2
    assert reached.names == [steps.CONTENTS_STORED, steps.REVISION_STORED]


def test_an_equal_meaning_makes_no_revision(
    source: Source, remote: FakeRemote, memory: FakeStore
) -> None:
    """Another commit with the same trees moves the source's head and nothing else."""
    first = _stored(source, "a")
    second = remote.commit({"b.md": b"x"}, parent=first.commit)
    verdict = Verdict(_tree(second), {SET: _tree(second, "a")})
    store(_pass(source, verdict, first))
    assert memory.newest_revision() == first
    state = memory.source(NAME)
    assert state is not None
    assert state.head == second


def test_a_rewritten_history_is_noted(
    source: Source, remote: FakeRemote, memory: FakeStore
) -> None:
    """The note names both commits, for whoever wonders where a commit went."""
    first = _stored(source, "a")
    second = remote.commit({"a.yaml": b"other"})
    source.repo.fetch(source.ref)
    work = _pass(source, Verdict(_tree(second), {SET: _tree(second, "b")}), first)
    done = store(replace(work, rewritten=True))
    assert done.newest is not None
    assert done.newest.notes == (
        f"history was rewritten: commit {second} does not descend from {first.commit}",
    )


def test_a_commit_of_which_nothing_is_taken_is_recorded(source: Source, memory: FakeStore) -> None:
    """A refusal of everything makes no revision, and its messages are kept for people."""
    head = source.repo.remote_head(source.ref)
    assert head is not None
    refusal = Refusal(NAME, None, head, ())
    store(_pass(source, Verdict(None, {}, (refusal,))))
    assert memory.newest_revision() is None
    assert memory.source(NAME) == SourceState(NAME, head, (refusal,))


def test_a_writer_that_was_overtaken_changes_nothing(
    source: Source, remote: FakeRemote, memory: FakeStore
) -> None:
    """A revision that does not follow the newest one is refused by the store."""
    first = _stored(source, "a")
    second = remote.commit({"a.yaml": b"y"}, parent=first.commit)
    source.repo.fetch(source.ref)
    work = _pass(source, Verdict(_tree(second), {SET: _tree(second, "b")}))
    with pytest.raises(StaleGenerationError):
        store(work)
    assert memory.newest_revision() == first


def test_an_interrupted_store_gives_the_same_revision(source: Source, memory: FakeStore) -> None:
    """A restart between contents and revision stores contents again and makes an equal revision."""
    head = source.repo.remote_head(source.ref)
    assert head is not None
    verdict = Verdict(_tree(head), {SET: _tree(head, "a")})
    first = store(_pass(source, verdict)).newest
    assert first is not None
    assert store(_pass(source, verdict)).newest == first
    assert memory.revisions(10) == [first]


def test_the_id_of_a_revision_is_its_meaning(source: Source) -> None:
    """Notes and trace are for people; everything else makes another revision."""
    revision = _stored(source, "a")
    assert revision_id(replace(revision, notes=("x",), trace=None)) == revision.id
    for other in (
        replace(revision, generation=2),
        replace(revision, commit=CommitId("0" * 40)),
        replace(revision, fleet=TreeHash("x")),
        replace(revision, sets=()),
        replace(revision, renderer_version="0"),
    ):
        assert revision_id(other) != revision.id
