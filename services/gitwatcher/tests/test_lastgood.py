"""Where the last good state comes from when its first source is gone."""

from dataclasses import replace

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, SetName, SourceName, TreeHash
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import AcceptedSet, Revision
from services.gitwatcher.files import FileReader
from services.gitwatcher.lastgood import LastGood
from services.gitwatcher.onepass import one_pass
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Source
from tests.e2e.pushes import ROUTE, seed

FILES = {path: data for path, data in seed().items() if data is not None}


@pytest.fixture
def store() -> FakeStore:
    """A Store with one accepted commit."""
    remote = FakeRemote()
    remote.commit(FILES)
    made = FakeStore()
    _look(remote, made)
    return made


def _look(remote: FakeRemote, store: FakeStore) -> None:
    repo = FakeGitRepo(remote)
    name = SourceName("fleet")
    source = Source(name, "refs/heads/main", repo, store, FakeClock(), RecordedSteps())
    one_pass(source, _reader(repo))


def _reader(repo: FakeGitRepo) -> Reader:
    return Reader(repo, FileReader(repo, 1_000_000, 10_000_000, MemoryRecords()))


def _newest(store: FakeStore) -> Revision:
    found = store.newest_revision()
    assert found is not None
    return found


def _set(store: FakeStore, name: str) -> AcceptedSet:
    return next(one for one in _newest(store).sets if one.name == name)


def _mirror() -> FakeGitRepo:
    """A mirror that has the accepted commit."""
    remote = FakeRemote()
    remote.commit(FILES)
    repo = FakeGitRepo(remote)
    repo.fetch("refs/heads/main")
    return repo


def test_mirror_and_store_give_the_same_objects(store: FakeStore) -> None:
    """Objects, their order, and the places where they begin do not depend on the source."""
    with_mirror = LastGood(_reader(_mirror()), store)
    without = LastGood(_reader(FakeGitRepo(FakeRemote())), store)
    for accepted in _newest(store).sets:
        ours, stored = with_mirror.tree(accepted), without.tree(accepted)
        assert ours.tree == stored.tree
        assert [(one.object, one.origin) for one in ours.objects] == [
            (one.object, one.origin) for one in stored.objects
        ]
    assert with_mirror.view(_newest(store)) == without.view(_newest(store))
    assert list(without.view(_newest(store)).clusters) == [ClusterName("east")]


def test_stored_objects_point_at_the_line_where_they_begin(store: FakeStore) -> None:
    """A message about a part of a stored object leads to the object, not to line 1."""
    tree = LastGood(_reader(FakeGitRepo(FakeRemote())), store).tree(_set(store, "hello"))
    route = next(one for one in tree.objects if one.key.kind == "VirtualService")
    place = route.positions.at(("spec", "http", 0))
    assert (place.file, place.line) == ("configs/hello/route.yaml", route.origin.line)


def test_a_parser_that_reads_more_strictly_takes_nothing_away(store: FakeStore) -> None:
    """An accepted file in which a newer parser finds errors counts as it was accepted."""
    remote = FakeRemote()
    commit = remote.commit({**FILES, "configs/hello/route.yaml": ROUTE + b"  bad: [\n"})
    repo = FakeGitRepo(remote)
    repo.fetch("refs/heads/main")
    accepted = replace(_set(store, "hello"), commit=commit)
    tree = LastGood(_reader(repo), store).tree(accepted)
    assert tree.tree == accepted.tree
    assert "VirtualService" in {one.key.kind for one in tree.objects}


def test_what_nobody_holds_is_an_error(store: FakeStore) -> None:
    """A last good state that cannot be read is never taken for an empty one."""
    last_good = LastGood(_reader(FakeGitRepo(FakeRemote())), store)
    with pytest.raises(TransientError, match="does not hold"):
        last_good.tree(replace(_set(store, "hello"), tree=TreeHash("x")))
    with pytest.raises(TransientError, match="does not hold"):
        last_good.view(replace(_newest(store), fleet=TreeHash("x")))


def test_a_lost_mirror_does_not_stop_judging(store: FakeStore) -> None:
    """With a new mirror and a rewritten history a broken commit still keeps the last good state."""
    before = _set(store, "hello")
    remote = FakeRemote()
    remote.commit({**FILES, "configs/hello/route.yaml": ROUTE + b"  bad: [\n", "x.md": b"x"})
    _look(remote, store)
    state = store.source(SourceName("fleet"))
    assert state is not None
    assert [refusal.name for refusal in state.refusals] == [SetName("hello")]
    assert _set(store, "hello") == before
