"""What the demo measured, as values, as a table for people and as one line of JSON. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import orjson
from rich.table import Table

from tools.demo.memory import Memory


@dataclass(frozen=True, slots=True)
class StepFigures:
    """One pushed commit. Times are milliseconds from the start of `git push`; None: not seen.

    `push_to_traffic_ms` is None as well where requests meet nothing else than before.
    """

    name: str
    changed: str
    push_to_ack_ms: float | None
    push_to_traffic_ms: float | None
    requests: int
    failed: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything: the steps of the story, then the further pushes that were asked for."""

    steps: Sequence[StepFigures]
    pushes: Sequence[StepFigures]
    requests: int
    failed: int
    memory: Memory

    @property
    def good(self) -> bool:
        """Say whether every commit arrived and every request was answered rightly."""
        everything = [*self.steps, *self.pushes]
        return self.failed == 0 and all(each.push_to_ack_ms is not None for each in everything)


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the smallest value that at least `percent` of the values do not exceed."""
    if not values:
        return None
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)  # rounded up
    return ordered[max(0, int(rank) - 1)]


def json_line(figures: Figures) -> str:
    """Return all figures as one line."""
    everything = [*figures.steps, *figures.pushes]
    acks = [each.push_to_ack_ms for each in everything if each.push_to_ack_ms is not None]
    seen = [each.push_to_traffic_ms for each in everything if each.push_to_traffic_ms is not None]
    content = {
        "steps": figures.steps,
        "push_to_ack_ms_p50": percentile(acks, 50),
        "push_to_ack_ms_p95": percentile(acks, 95),
        "push_to_traffic_ms_p50": percentile(seen, 50),
        "requests": figures.requests,
        "failed": figures.failed,
        "memory_mb": figures.memory.pss_mb,
        "memory_rss_mb": figures.memory.rss_mb,
        "pushes": len(figures.pushes),
    }
    return orjson.dumps(content).decode()


def table(steps: Sequence[StepFigures]) -> Table:
    """Return the table that people read."""
    made = Table(title="From git push to what requests meet", title_justify="left")
    made.add_column("step")
    made.add_column("what changed")
    for name in ("last ACK, ms", "first request, ms", "requests", "failed"):
        made.add_column(name, justify="right")
    for step in steps:
        made.add_row(
            step.name,
            step.changed,
            _milliseconds(step.push_to_ack_ms),
            _milliseconds(step.push_to_traffic_ms),
            str(step.requests),
            str(step.failed),
        )
    return made


def _milliseconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"
