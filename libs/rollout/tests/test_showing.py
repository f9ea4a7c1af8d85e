"""Boards and histories."""

from libs.kernel.rollouts import Verdict
from libs.rollout.orders import pause
from libs.rollout.showing import board, event_json, history_line, rollout_json
from libs.rollout.standing import Place
from libs.rollout.tests.story import CANARY, EARLY, Story, strategy

METRIC = {"name": "rate", "prometheus": {"address": "http://p", "query": "up", "min": 1}}


def test_a_board_says_how_far_each_wave_is() -> None:
    """With the gates of the present one and who paused it."""
    story = Story(strategy(waves=[{**CANARY, "gates": [METRIC]}, EARLY]))
    story.answers["rate"] = Verdict.INCONCLUSIVE
    story.go()
    story.tell(pause, "lunch")
    content = rollout_json(story.now(), story.targets)
    assert not content["good"]
    lines = board(content)
    assert lines[0].startswith("rollout 1: old to new, gating, plan ")
    assert lines[1:] == [
        "  gating   [####################] 1/1 canary",
        "  later    [....................] 0/2 early",
        "  later    [....................] 0/1 remaining",
        "  gate rate: Inconclusive rate was asked",
        "  paused by: ann: lunch",
    ]


def test_an_end_is_fine_or_is_not() -> None:
    """A return is told with its reason."""
    story = Story()
    story.go()
    assert rollout_json(story.now(), story.targets)["good"]
    story.want("newer")
    story.one()
    story.one()
    story.places["c1"] = Place.REFUSED
    story.go()
    content = rollout_json(story.now(), story.targets)
    assert not content["good"]
    assert board(content)[-1].startswith("  reason: wave canary lost 1 of 1 clusters")


def test_a_line_of_the_history_says_who_and_why() -> None:
    """And for which plan."""
    story = Story()
    story.one()
    story.tell(pause, "lunch")
    line = history_line(event_json(story.events[-1]))
    short = story.now().plan.hash[:12]
    assert line == f"2023-11-14T22:13:20Z rollout 1 canary: paused by ann: lunch (plan {short})"
