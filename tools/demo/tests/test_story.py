"""Following pushes, with a real repository and a Store in which the test plays the services."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from libs.adapters.system.clock import SystemClock
from libs.fakes.store import FakeStore
from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ProxyId,
    RevisionId,
    SetName,
    SourceName,
    TreeHash,
    Version,
)
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.kernel.proxies import ProxyRecord, SyncStatus
from libs.kernel.revisions import Manifest, Refusal, Revision, SourceState
from tools.demo import stay
from tools.demo.display import Display
from tools.demo.judge import Expectation, Visitor
from tools.demo.repository import Repository
from tools.demo.steps import Step
from tools.demo.story import ArrivalError, Story
from tools.demo.tally import Counts, Tally
from tools.demo.tests.replies import response

FLEET = SourceName("fleet")
V1 = Expectation({visitor: frozenset({"v1"}) for visitor in Visitor})
STEP = Step("1-open", "open it", V1, {"configs/bookinfo/note.yaml": "# a note\n"})
CLOCK = SystemClock()


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Make a story of one proxy, over a fresh repository, that writes to a console in memory."""
    repository = Repository(tmp_path)
    repository.create(str, trigger_port=9)
    display = Display(Console(quiet=True))
    return Story(repository, FakeStore(), Tally(), CLOCK, display, 1, lambda: None)


def accept(story: Story) -> Revision:
    """Make the repository's head the newest revision."""
    commit = CommitId(story.repository.head())
    tree = TreeHash("t1")
    newest = story.store.newest_revision()
    revision = Revision(
        RevisionId(f"r-{commit}"),
        newest.id if newest else None,
        newest.generation + 1 if newest else 1,
        FLEET,
        commit,
        tree,
        (),
        "1",
    )
    story.store.add_contents([], [Manifest(tree, ())])
    story.store.accept(revision, SourceState(FLEET, commit))
    return revision


def acknowledge(story: Story, revision: Revision, at_s: float) -> None:
    """Let the only proxy be live on a revision that changed what it holds."""
    record = ProxyRecord(
        ProxyId("p"),
        ClusterName("cluster1"),
        SyncStatus.SYNCED,
        Version("s"),
        revision.id,
        at_s,
        carried=True,
    )
    story.store.record_proxies([record])


def refuse(story: Story) -> None:
    """Refuse the repository's head."""
    commit = CommitId(story.repository.head())
    message = Message(
        "PER0101", Level.ERROR, MessageClass.OBJECT, Origin("a.yaml", 3, 2), "write it so"
    )
    refusal = Refusal(FLEET, SetName("bookinfo"), commit, (message,))
    story.store.record_source(SourceState(FLEET, commit, (refusal,)))


def playing(story: Story, play: Callable[[], None]) -> asyncio.Task[None]:
    """Play the services as soon as something else is pushed than what is there now."""
    seed = pushed(story)

    async def played() -> None:
        for _ in range(1000):
            if pushed(story) != seed:
                break
            await asyncio.sleep(0.01)
        play()

    return asyncio.create_task(played())


def pushed(story: Story) -> str:
    """Return the commit that was pushed last."""
    return (story.repository.bare / "refs/heads/main").read_text()


def test_a_step_is_measured_from_its_push(story: Story) -> None:
    """The time of the ACK counts from the start of git push; so does the first new answer."""

    def play() -> None:
        acknowledge(story, accept(story), CLOCK.now_s() + 2.0)
        sent = story.tally.sent("cluster1", Visitor.PLAIN, CLOCK.monotonic_s())
        story.tally.answered(sent, response("v1"), CLOCK.monotonic_s() + 3.0)

    async def test() -> None:
        player = playing(story, play)
        figures, failure = await story.tell(STEP, 0.0)
        await player
        assert failure is None
        assert figures.push_to_ack_ms is not None
        assert figures.push_to_traffic_ms is not None
        assert 2000 < figures.push_to_ack_ms < 3000
        assert 3000 < figures.push_to_traffic_ms < 4000
        assert (figures.requests, figures.failed) == (1, 0)

    asyncio.run(test())


def test_a_refused_step_fails_at_once(story: Story) -> None:
    """A refusal ends the wait and is said with its place."""

    async def test() -> None:
        player = playing(story, lambda: refuse(story))
        figures, failure = await story.tell(STEP, 0.0)
        await player
        assert figures.push_to_ack_ms is None
        assert failure == (
            "1-open: The commit was refused:\na.yaml:3:2: error PER0101: write it so"
        )

    asyncio.run(test())


def test_waiting_for_a_commit_is_bounded(story: Story) -> None:
    """A commit that nobody acknowledges is given up, and how far it came is said."""
    commit = accept(story).commit
    with pytest.raises(ArrivalError, match="live on 0 of 1 proxies"):
        asyncio.run(story.arrived(commit, timeout_s=0.1))


def test_a_part_that_ends_stops_the_wait(story: Story) -> None:
    """Nobody waits for a control plane that is gone."""

    def gone() -> None:
        raise ProcessLookupError

    commit = CommitId(story.repository.head())
    with pytest.raises(ProcessLookupError):
        asyncio.run(replace(story, alive=gone).arrived(commit, 5))


def test_what_people_push_is_followed(story: Story, tmp_path: Path) -> None:
    """After the story, each commit is said to be live, and a refused one with the reason."""
    with (tmp_path / "said").open("w") as out:
        story.display.console = Console(file=out, width=200)
        first = accept(story)

        async def test() -> None:
            follower = asyncio.create_task(stay.follow(story))
            await asyncio.sleep(0.1)
            story.repository.commit("another", {"note.yaml": "# another\n"})
            acknowledge(story, accept(story), CLOCK.now_s())
            await asyncio.sleep(0.5)
            story.repository.commit("a third", {"note.yaml": "# a third\n"})
            refuse(story)
            await asyncio.sleep(0.5)
            follower.cancel()

        asyncio.run(test())
    said = (tmp_path / "said").read_text()
    assert first.commit[:12] not in said
    assert "is live on 1 of 1 proxies" in said
    assert "a.yaml:3:2: error PER0101: write it so" in said


def test_traffic_is_described_by_who_meets_what() -> None:
    """The description names visitors and versions, and the first failure, if there is one."""
    counts = Counts()
    counts.versions.update([(Visitor.PLAIN, "v3"), (Visitor.PLAIN, "v1"), (Visitor.JASON, "v2")])
    text = stay.describe(counts, ["cluster1, plain: status 503"])
    assert text == (
        "plain meets reviews v1 and v3; jason meets reviews v2; "
        "requests fail (cluster1, plain: status 503)"
    )
    assert stay.describe(Counts(), []) == "no requests are answered"
