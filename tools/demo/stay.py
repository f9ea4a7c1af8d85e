"""After the story: the mesh stays up, and what people push to it is followed on the screen."""

import asyncio
from collections.abc import Sequence

from libs.kernel.ids import CommitId
from libs.kernel.looperrors import TransientError
from tools.demo.bookinfo import STARS
from tools.demo.display import Display
from tools.demo.fleet import Fleet
from tools.demo.judge import Expectation, Visitor
from tools.demo.story import ArrivalError, Story
from tools.demo.tally import Counts, Tally

ANYTHING = Expectation({visitor: frozenset(STARS) for visitor in Visitor})
"""What people push is theirs: every version is right."""
LOOK_S = 0.2
REPORT_S = 2.0


def invitation(fleet: Fleet) -> str:
    """Say how to push to the mesh oneself."""
    ports = ", ".join(f"{each.name}: {each.gateway_port}" for each in fleet.clusters)
    first = fleet.clusters[0].gateway_port
    return (
        "The mesh stays up; Ctrl-C ends it. Push to it from another terminal:\n"
        f"  git clone {fleet.repository.bare} my-fleet && cd my-fleet\n"
        "  sed -i 's/subset: v3/subset: v2/' configs/bookinfo/reviews.yaml\n"
        "  git commit -am 'Show black stars' && git push\n"
        f"Ask it (gateway ports: {ports}):\n"
        f"  curl -s -H 'end-user: jason' http://127.0.0.1:{first}/productpage\n"
        "See how it stands:\n"
        f"  ./dev run status --state {fleet.state}\n"
        f"  ./dev run proxies --state {fleet.state}"
    )


async def follow(story: Story) -> None:
    """Say of every commit that people push when it is live, or why it was refused; never ends."""
    story.tally.begin(ANYTHING)
    known = _head(story)
    reporter = asyncio.create_task(_report_traffic(story.tally, story.display))
    try:
        while True:
            await asyncio.sleep(LOOK_S)
            story.alive()
            head = _head(story)
            if head is not None and head != known:
                known = head
                await _follow_commit(story, head)
    finally:
        reporter.cancel()


async def _follow_commit(story: Story, commit: CommitId) -> None:
    """Follow one commit until it is live or refused."""
    try:
        seen = await story.arrived(commit)
        story.display.say(f"{commit[:12]} is live on {seen.live} of {seen.wanted} proxies")
    except ArrivalError as error:
        story.display.say(f"{commit[:12]}: {error}")


def _head(story: Story) -> CommitId | None:
    """Return the last commit that was looked at."""
    try:
        sources = story.store.sources()
    except TransientError:
        return None
    return sources[0].head if sources else None


async def _report_traffic(tally: Tally, display: Display) -> None:
    """Say every now and then whom visitors meet, when that has changed."""
    said = ""
    while True:
        tally.counts, tally.faults = Counts(), []
        await asyncio.sleep(REPORT_S)
        text = describe(tally.counts, tally.faults)
        if text != said:
            said = text
            display.say(text)


def describe(counts: Counts, faults: Sequence[str]) -> str:
    """Describe who met which versions, and the first failure.

    Shares are left out, because they vary from look to look.
    """
    parts = []
    for visitor in Visitor:
        met = sorted(version for who, version in counts.versions if who is visitor)
        if met:
            parts.append(f"{visitor} meets reviews {' and '.join(met)}")
    if faults:
        parts.append(f"requests fail ({faults[0]})")
    return "; ".join(parts) or "no requests are answered"
