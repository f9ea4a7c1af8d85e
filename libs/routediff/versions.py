"""Two versions of Periplus on one configuration: what each prints for a proxy, read alike."""

from collections.abc import Callable
from dataclasses import dataclass

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy
from libs.compile.snapshot import Compiled
from libs.compile.vantages import Vantage
from libs.compile.world import World
from libs.confighash.fingerprint import fingerprint
from libs.kernel.ids import Version
from libs.kernel.xds import Snapshot
from libs.routediff.sights import Seen, Unseen
from libs.routing.dump import DumpError, from_view


class PrintError(Exception):
    """A version prints no view of a proxy; the text is its own sentence."""


@dataclass(frozen=True, slots=True)
class Printed:
    """A view as `periplus compile` prints it, and who made each resource."""

    text: bytes
    compiled: Compiled


class PrintedSight:
    """The views of one cluster by one version, each read once."""

    def __init__(self, world: World, printed: Callable[[Proxy], Printed]) -> None:
        """Start without a view. `printed` raises PrintError."""
        self.world = world
        self._printed = printed
        self._known: dict[str, Seen | Unseen] = {}

    def from_(self, vantage: Vantage) -> Seen | Unseen:
        """Return the view of a vantage, or the reason why there is none."""
        key = repr(vantage.proxy)
        if key not in self._known:
            self._known[key] = self._read(vantage.proxy)
        return self._known[key]

    def _read(self, proxy: Proxy) -> Seen | Unseen:
        try:
            found = self._printed(proxy)
            resources = from_view(found.text)
        except (PrintError, DumpError) as error:
            return Unseen(str(error))
        snapshot = Snapshot(Version(fingerprint("printed-view", found.text)), {})
        made = Compiled(snapshot, found.compiled.origins, ())
        return Seen(made, resources, Memo())
