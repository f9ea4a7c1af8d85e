"""Which objects a cluster has: those of its sets, with variables filled in and patches applied."""

from libs.desired.fleetview import FleetView
from libs.desired.members import PlacedObject, sets_for
from libs.desired.rendering import Contents, Rendering
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Message, errors
from libs.meshapi.parsed import ParsedObject

__all__ = ["PlacedObject", "RenderError", "objects_for", "sets_for"]


class RenderError(Exception):
    """Overlays or variables of a cluster are wrong, so nobody can say what it should have."""

    def __init__(self, messages: tuple[Message, ...]) -> None:
        """Keep what is wrong; the text is the first few of it."""
        super().__init__("; ".join(map(str, messages[:3])))
        self.messages = messages


def objects_for(
    cluster: ClusterName, view: FleetView, contents: Contents, *, judge: bool = True
) -> tuple[PlacedObject[ParsedObject], ...]:
    """Return the objects of a cluster, sorted by kind, namespace and name.

    A set without contents gives nothing. Two objects with one key are both there: accepted
    contents have none, see `libs.desired.duplicates`. `judge` off is for contents that were
    accepted before. Raises `RenderError`; `Rendering` gives what can be had all the same.
    """
    found = Rendering(view, contents, judge=judge).cluster(cluster)
    wrong = errors(one.message for one in found.findings)
    if wrong:
        raise RenderError(wrong)
    return found.objects
