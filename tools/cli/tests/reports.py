"""Reports for tests of the forms that they are written in."""

from datetime import date

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.lint.ignoring import Wish
from libs.lint.suppression import Silenced
from tools.cli.checkreport import Report

KEY = ObjectKey("networking.istio.io", "VirtualService", "shop", "web")


def message(text: str = "a text", file: str = "a.yaml", level: Level = Level.ERROR) -> Message:
    """Return a message at line 3, column 5."""
    return Message("IST0101", level, MessageClass.REFERENCE, Origin(file, 3, 5), text, KEY)


def report(*messages: Message, silenced: tuple[Silenced, ...] = ()) -> Report:
    """Return a report of one object."""
    return Report(messages, silenced, 1)


def silenced(reason: str = "soon", *, in_fleet: bool = False) -> Silenced:
    """Return a message that an annotation, or the Fleet, does not want."""
    about = None if in_fleet else KEY
    until = date(2030, 12, 31) if reason else None
    return Silenced(message(), Wish(Origin("b.yaml", 2), ("IST0101",), reason, until, about))
