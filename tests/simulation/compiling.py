"""Compiles after every edit of a random run, with memos and from cold, and compares."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.sharing import Shared
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.world import World, build_world, changed_world
from libs.kernel.ids import ClusterName
from libs.meshapi.fleet import MeshSettings
from tests.agree.dice import Dice
from tests.simulation.edits import Edit, Objects, applied, draw

CLUSTER = ClusterName("default")
OBJECTS_MAX = 40
PROXIES = (
    Proxy(
        ProxyType.SIDECAR,
        "default",
        ("10.0.0.1",),
        labels={"app": "a"},
        metadata={"NODE_NAME": "a", "DNS_CAPTURE": "true", "DNS_AUTO_ALLOCATE": "true"},
    ),
    Proxy(
        ProxyType.SIDECAR,
        "default",
        ("10.0.0.3",),
        labels={"app": "b", "version": "v1"},
        metadata={"ON_DEMAND": "true", "NODE_NAME": "b"},
    ),
    Proxy(
        ProxyType.SIDECAR,
        "other",
        ("10.0.0.9",),
        labels={"app": "b"},
        metadata={"INTERCEPTION_MODE": "NONE"},
    ),
    Proxy(ProxyType.ROUTER, "istio-system", ("10.0.0.2",), labels={"istio": "ingress"}),
    Proxy(ProxyType.GRPC, "default", labels={"app": "c"}),
)
Compile = Callable[[World, Proxy, Memo | None], object]


@dataclass(frozen=True, slots=True)
class Difference:
    """An edit after which a memo gave something else than a compile from cold."""

    number: int
    edit: Edit
    proxy: Proxy
    what: str


@dataclass(slots=True)
class Simulation:
    """One run: the objects, the world that follows them, a memo for each proxy.

    What views share is forgotten at every edit, and now and then a proxy's memo is.
    """

    dice: Dice
    settings: MeshSettings = field(default_factory=MeshSettings)
    objects: Objects = field(default_factory=dict)
    world: World = field(init=False)
    shared: Shared = field(default_factory=Shared)
    memos: list[Memo] = field(default_factory=lambda: [Memo() for _ in PROXIES])
    refused: int = 0

    def __post_init__(self) -> None:
        """Start with nothing."""
        self.world = build_world((), CLUSTER, self.settings)

    def run(self, edits: int) -> Iterator[Difference]:
        """Make edits and yield what differs after each."""
        for number in range(1, edits + 1):
            edit = draw(self.dice, self.objects)
            if len(self.objects) > OBJECTS_MAX:
                edit = Edit((*edit.removed, *self.dice.some(list(self.objects), 5)), edit.added)
            self.objects = applied(self.objects, edit)
            cold = self._follow(edit)
            order = self.dice.some(PROXIES, len(PROXIES))
            for proxy in (*order, *(one for one in PROXIES if one not in order)):
                memo = self.memos[PROXIES.index(proxy)]
                what = self._difference(proxy, memo, cold)
                if what:
                    yield Difference(number, edit, proxy, what)

    def _follow(self, edit: Edit) -> World:
        """Bring the world up to date; return the same one built anew."""
        self.shared = Shared()
        if self.dice.chance(0.02):
            self.memos[self.dice.number(0, len(PROXIES) - 1)] = Memo()
        self.settings = edit.mesh or self.settings
        cold = build_world(self.objects.values(), CLUSTER, self.settings)
        following = edit.mesh is None
        self.world = changed_world(self.world, edit.removed, edit.added) if following else cold
        return cold

    def _difference(self, proxy: Proxy, memo: Memo, cold: World) -> str:
        """Compile twice; a view that must not be served must be refused in the same words."""
        try:
            expected = compile_snapshot(cold, proxy)
        except CompileError as error:
            self.refused += 1
            return self._refusal(proxy, memo, str(error))
        try:
            found = compile_snapshot(self.world, proxy, memo, self.shared)
        except CompileError as error:
            return f"refused: {error}"
        if found.snapshot != expected.snapshot:
            return "the snapshot"
        if found.problems != expected.problems:
            return f"problems: {set(found.problems) ^ set(expected.problems)}"
        return "" if dict(found.origins) == dict(expected.origins) else "origins"

    def _refusal(self, proxy: Proxy, memo: Memo, expected: str) -> str:
        try:
            compile_snapshot(self.world, proxy, memo, self.shared)
        except CompileError as error:
            return "" if str(error) == expected else f"refused for {error}, not for {expected}"
        return f"not refused for {expected}"
