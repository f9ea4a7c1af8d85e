"""Shows people how the demo goes: a live table on a terminal, plain lines elsewhere."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from tools.demo.figures import StepFigures, table


@dataclass(slots=True)
class Display:
    """Writes to standard error, so that standard output stays for results."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    steps: list[StepFigures] = field(default_factory=list)
    status: str = ""
    live: Live | None = None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Keep the picture up to date within the block."""
        if not self.console.is_terminal:
            yield
            return
        with Live(console=self.console, refresh_per_second=8, transient=True) as self.live:
            yield
        self.live = None

    def say(self, text: str) -> None:
        """Say what happens now."""
        self.status = text
        if self.live is None:
            self.console.print(text, markup=False, soft_wrap=True)
        self._draw()

    def tick(self, text: str) -> None:
        """Show a passing detail; only a terminal does."""
        self.status = text
        self._draw()

    def done(self, step: StepFigures) -> None:
        """Add a finished step."""
        self.steps.append(step)
        if self.live is None:
            ack = "not live" if step.push_to_ack_ms is None else f"{step.push_to_ack_ms:.0f} ms"
            text = f"  {step.name}: last ACK {ack}, {step.requests} requests, {step.failed} failed"
            self.console.print(text, markup=False, soft_wrap=True)
        self._draw()

    def _draw(self) -> None:
        if self.live is not None:
            shown = [table(self.steps)] if self.steps else []
            self.live.update(Group(*shown, Text(self.status)))
