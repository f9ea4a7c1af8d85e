"""Asks a real Envoy whether it takes the views of random configurations."""

from collections.abc import Iterator
from dataclasses import dataclass

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.world import World, build_world
from libs.envoy.staticform import static_bootstrap
from libs.meshapi.fleet import MeshSettings
from tests.agree.dice import Dice
from tests.simulation.compiling import CLUSTER, PROXIES
from tests.simulation.edits import Objects, applied, draw

EDITS_BETWEEN = 12
SEEN = tuple(one for one in PROXIES if one.type is not ProxyType.GRPC)
"""A gRPC client is no Envoy."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A view that Envoy does not take, or that was not fit to be served, and why."""

    number: int
    proxy: Proxy
    reason: str


def refusals(judge: EnvoyBinary, dice: Dice, configurations: int) -> Iterator[Refusal]:
    """Draw configurations one from another, and yield the views of each that cannot be served."""
    objects: Objects = {}
    settings = MeshSettings()
    for number in range(1, configurations + 1):
        for _ in range(EDITS_BETWEEN):
            edit = draw(dice, objects)
            objects, settings = applied(objects, edit), edit.mesh or settings
        world = build_world(objects.values(), CLUSTER, settings)
        for proxy in SEEN:
            reason = _refused(judge, world, proxy)
            if reason:
                yield Refusal(number, proxy, reason)


def _refused(judge: EnvoyBinary, world: World, proxy: Proxy) -> str:
    try:
        snapshot = compile_snapshot(world, proxy).snapshot
    except CompileError as error:
        return str(error)
    return judge.refusal(static_bootstrap(snapshot)) or ""
