"""What the lint says, without what the fleet and its objects want ignored on this day."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.kernel.ids import SetName
from libs.kernel.messages import Message
from libs.lint.engine import Lint
from libs.lint.stock import Contents
from libs.lint.suppression import Suppression
from services.gitwatcher.work import Tree


class Heard:
    """The judge of one commit."""

    def __init__(self, lint: Lint, now_s: float) -> None:
        """Judge as of a moment, in seconds since the epoch."""
        self._lint = lint
        self._today = datetime.fromtimestamp(now_s, UTC).date()

    def findings(self, view: FleetView, contents: Contents) -> Sequence[Finding]:
        """Return what counts; an ignored error refuses nothing."""
        suppression = Suppression(view, contents, self._today)
        found = self._lint.findings(view, contents)
        kept, _ = suppression.sift(found, lambda one: one.message)
        return (*suppression.faults, *kept)

    def warnings(
        self, view: FleetView, chosen: Mapping[SetName, Tree], warnings: Iterable[Message]
    ) -> tuple[Message, ...]:
        """Return what people are told of what runs, and what is wrong with their wishes."""
        contents = {name: tree.objects for name, tree in chosen.items()}
        suppression = Suppression(view, contents, self._today)
        suppression.sift(self._lint.findings(view, contents), lambda one: one.message)
        kept, _ = suppression.sift(warnings, lambda one: one)
        return tuple(dict.fromkeys((*kept, *suppression.complaints())))
