"""What is taken of a commit, and what its author reads of the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import CommitId, SetName, SourceName
from libs.kernel.revisions import SourceState
from services.gitwatcher.files import FileReader
from services.gitwatcher.judge import judge
from services.gitwatcher.lastgood import LastGood
from services.gitwatcher.read import Reader, read
from services.gitwatcher.store import store
from services.gitwatcher.work import Pass, Source, Verdict
from tests.e2e.pushes import FLEET, ROUTE, seed

NAME = SourceName("fleet")
FILES: Mapping[str, bytes] = {path: data for path, data in seed().items() if data is not None}


@dataclass(slots=True)
class Court:
    """Judges commits one after another; what is taken becomes the last good state."""

    remote: FakeRemote = field(default_factory=FakeRemote)
    store: FakeStore = field(default_factory=FakeStore)
    head: CommitId | None = None

    def verdict(self, files: Mapping[str, bytes]) -> Verdict:
        """Commit exactly these files and judge them."""
        self.head = self.remote.commit(files, parent=self.head)
        return self.again()

    def again(self) -> Verdict:
        """Judge the newest commit once more."""
        repo = FakeGitRepo(self.remote)
        repo.fetch("refs/heads/main")
        source = Source(NAME, "refs/heads/main", repo, self.store, FakeClock(), RecordedSteps())
        reader = Reader(repo, FileReader(repo, 1_000_000, 10_000_000, MemoryRecords()))
        newest = self.store.newest_revision()
        work = Pass(source, 1.0, SourceState(NAME, None), newest=newest, head=self.head)
        judged = judge(read(work, reader), LastGood(reader, self.store))
        store(judged)
        assert judged.verdict is not None
        return judged.verdict


@pytest.fixture
def court() -> Court:
    """A court that has accepted a good commit."""
    made = Court()
    assert made.verdict(FILES).refusals == ()
    return made


def test_a_first_commit_is_taken_without_its_broken_set() -> None:
    """Where there is no last good state, a broken set is left out and the others start."""
    verdict = Court().verdict({**FILES, "configs/hello/route.yaml": b"bad: [\n"})
    assert sorted(verdict.sets) == ["clusters/east", "other"]
    (refusal,) = verdict.refusals
    assert refusal.name == SetName("hello")
    assert refusal.messages[0].origin.file == "configs/hello/route.yaml"


def test_a_set_with_errors_stays_where_it_was(court: Court) -> None:
    """The last good tree runs on, with the commit that it came from."""
    before = court.head
    verdict = court.verdict({**FILES, "configs/hello/route.yaml": ROUTE + b"  bad: [\n"})
    assert verdict.sets[SetName("hello")].commit == before
    assert verdict.sets[SetName("other")].commit == court.head
    assert [refusal.commit for refusal in verdict.refusals] == [court.head]


def test_a_fleet_that_cannot_be_understood_refuses_everything(court: Court) -> None:
    """The refusal has no set, only errors, and names the file."""
    verdict = court.verdict({**FILES, "fleet.yaml": FLEET + b"  bad: [\n"})
    assert verdict.fleet is None
    (refusal,) = verdict.refusals
    assert refusal.name is None
    assert {message.origin.file for message in refusal.messages} == {"fleet.yaml"}
    assert {message.level for message in refusal.messages} == {"error"}


def test_doubt_refuses_everything(court: Court) -> None:
    """A fleet without clusters after one with clusters is put back by a person or not at all."""
    files = {path: data for path, data in FILES.items() if not path.startswith("clusters/")}
    verdict = court.verdict(files)
    assert verdict.fleet is None
    assert [message.code for refusal in verdict.refusals for message in refusal.messages] == [
        "PER0205"
    ]


def test_warnings_are_kept_for_people(court: Court) -> None:
    """What refuses nothing is recorded: of the fleet's own files and of what was taken."""
    fleet = FLEET.replace(b"spec:\n", b"spec:\n  mesh: {ingressClass: outside}\n")
    other = b"apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n"
    files = {**FILES, "fleet.yaml": fleet, "configs/hello/over.yaml": other}
    verdict = court.verdict(files)
    assert verdict.refusals == ()
    assert {message.origin.file for message in verdict.warnings} >= {
        "fleet.yaml",
        "configs/hello/over.yaml",
    }
    assert "error" not in {message.level for message in verdict.warnings}


def test_judging_again_gives_the_same(court: Court) -> None:
    """A commit with equal files has an equal verdict, whatever was in between."""
    broken = {**FILES, "configs/hello/route.yaml": ROUTE + b"  bad: [\n"}
    first = court.verdict(broken)
    court.verdict(FILES)
    second = court.verdict(broken)
    assert [one.messages for one in first.refusals] == [one.messages for one in second.refusals]
    assert {name: one.tree for name, one in first.sets.items()} == {
        name: one.tree for name, one in second.sets.items()
    }


def test_a_commit_that_widens_a_limit_never_uses_it_however_often_it_is_judged() -> None:
    """Its fleet is accepted after the first time, and that does not count for it."""
    court = Court()
    before = FLEET.replace(b"paths: [configs/hello]", b"paths: [configs/hello], allow: {hosts: []}")
    assert before != FLEET
    plain = {path: data for path, data in FILES.items() if not path.startswith("configs/hello/")}
    start = {**plain, "fleet.yaml": before, "configs/hello/a.yaml": b"# empty\n"}
    assert court.verdict(start).refusals == ()
    first = court.verdict(FILES)
    assert [one.name for one in first.refusals] == ["hello"]
    assert [one.name for one in court.again().refusals] == ["hello"]
    assert court.verdict(FILES).refusals == ()
