"""Durable steps that are only remembered."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class RecordedSteps:
    """`Steps` that keeps the names of the steps in the order in which they were reached."""

    names: list[str] = field(default_factory=list)

    def reached(self, step: str) -> None:
        """Remember a step."""
        self.names.append(step)
