"""Figures: percentiles, the line of JSON, the verdict."""

import json
from dataclasses import replace

import pytest

from tools.demo.figures import Figures, StepFigures, json_line, percentile
from tools.demo.memory import Memory

STEP = StepFigures("1-a", "a", 80.0, 90.0, 10, 0)


def figures(*steps: StepFigures, failed: int = 0) -> Figures:
    """Build figures without further pushes."""
    return Figures(steps, (), 10, failed, Memory(120.5, 300.0))


@pytest.mark.parametrize(
    ("values", "percent", "wanted"),
    [
        ([5.0], 50, 5.0),
        ([4.0, 1.0, 3.0, 2.0], 50, 2.0),
        ([4.0, 1.0, 3.0, 2.0], 95, 4.0),
        ([float(n) for n in range(1, 101)], 95, 95.0),
        ([], 50, None),
    ],
    ids=["one", "half of four", "nearly all of four", "95 of 100", "none"],
)
def test_percentile(values: list[float], percent: float, wanted: float | None) -> None:
    """A percentile is one of the values, the smallest that enough others do not exceed."""
    assert percentile(values, percent) == wanted


def test_the_line_holds_what_was_measured() -> None:
    """The JSON has each step and percentiles over those that have a time."""
    line = json_line(figures(STEP, replace(STEP, push_to_ack_ms=100.0, push_to_traffic_ms=None)))
    content = json.loads(line)
    assert "\n" not in line
    assert content["steps"][0] == {
        "name": "1-a",
        "changed": "a",
        "push_to_ack_ms": 80.0,
        "push_to_traffic_ms": 90.0,
        "requests": 10,
        "failed": 0,
    }
    assert (content["push_to_ack_ms_p50"], content["push_to_ack_ms_p95"]) == (80.0, 100.0)
    assert content["push_to_traffic_ms_p50"] == 90.0
    assert (content["memory_mb"], content["memory_rss_mb"]) == (120.5, 300.0)


def test_further_pushes_count_in_the_percentiles() -> None:
    """Percentiles cover the pushes that were asked for beyond the story."""
    pushes = [replace(STEP, push_to_ack_ms=10.0)] * 3
    content = json.loads(json_line(replace(figures(STEP), pushes=pushes)))
    assert (content["push_to_ack_ms_p50"], content["pushes"]) == (10.0, 3)
    assert len(content["steps"]) == 1


@pytest.mark.parametrize(
    ("measured", "good"),
    [
        (figures(STEP), True),
        (figures(STEP, failed=1), False),
        (figures(replace(STEP, push_to_ack_ms=None)), False),
    ],
    ids=["all good", "a failed request", "a step that did not arrive"],
)
def test_good_means_arrived_and_nothing_failed(measured: Figures, good: bool) -> None:  # noqa: FBT001
    """One failed request or one step without an ACK is enough for no."""
    assert measured.good is good
