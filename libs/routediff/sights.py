"""A cluster as its proxies see it: each view compiled once, and the base of what comes after."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyError
from libs.compile.sharing import Shared
from libs.compile.snapshot import Compiled, CompileError, compile_snapshot
from libs.compile.vantages import Vantage
from libs.compile.world import World
from libs.routing.resources import Resources, from_snapshot


@dataclass(frozen=True, slots=True)
class Seen:
    """A compiled view, ready to be asked about calls."""

    compiled: Compiled
    resources: Resources
    memo: Memo


@dataclass(frozen=True, slots=True)
class Unseen:
    """Why there is no view."""

    reason: str


class Seeing(Protocol):
    """A cluster as its proxies see it, by whatever makes their views."""

    world: World

    def from_(self, vantage: Vantage) -> Seen | Unseen:
        """Return the view of a vantage, or the reason why there is none."""
        ...


class Sight:
    """The views of one cluster."""

    def __init__(self, world: World, former: Mapping[str, Seen | Unseen] | None = None) -> None:
        """Start without a view. `former` are views of a similar world, which save time."""
        self.world = world
        self._former = former or {}
        self._known: dict[str, Seen | Unseen] = {}
        self._shared = Shared()

    def after(self, world: World) -> "Sight":
        """Return the same cluster after a change; the views of this one stay as they are."""
        return Sight(world, self._known)

    def from_(self, vantage: Vantage) -> Seen | Unseen:
        """Return the view of a vantage, or the reason why Envoy would refuse it."""
        key = repr(vantage.proxy)
        if key not in self._known:
            former = self._former.get(key)
            base = former if isinstance(former, Seen) else None
            self._known[key] = _seen(self.world, vantage.proxy, base, self._shared)
        return self._known[key]


def _seen(world: World, proxy: Proxy, base: Seen | None, shared: Shared) -> Seen | Unseen:
    memo = replace(base.memo) if base is not None else Memo()
    try:
        compiled = compile_snapshot(world, proxy, memo, shared)
    except (CompileError, ProxyError) as error:
        return Unseen(str(error))
    known = (base.compiled.snapshot, base.resources) if base is not None else None
    return Seen(compiled, from_snapshot(compiled.snapshot, known), memo)
