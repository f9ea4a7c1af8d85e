"""Which objects a refused resource was made from: where a NACK is to be mended."""

from collections.abc import Iterable, Iterator

from libs.compile.ledger import ResourceKey
from libs.compile.snapshot import Compiled
from libs.compile.world import World
from libs.kernel.ids import ResourceName
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.proxies import Refused
from libs.kernel.xds import ROUTE, VIRTUAL_HOST
from libs.registry.hostnames import covers

OBJECTS_MAX = 10
_Sources = tuple[tuple[ObjectKey, Origin], ...]


def blame(
    world: World, compiled: Compiled, refused: Iterable[ResourceKey], error: str
) -> tuple[Refused, ...]:
    """Name the objects behind refused resources, those first that are written by hand for it.

    A table of routes is made from many objects; of those that speak of hosts only the ones count
    whose host the text names, as long as there is one.
    """
    return tuple(
        Refused(kind, name, tuple(_sources(world, compiled, (kind, name), error))[:OBJECTS_MAX])
        for kind, name in refused
    )


def _sources(
    world: World, compiled: Compiled, key: ResourceKey, error: str
) -> Iterator[tuple[ObjectKey, Origin]]:
    kind, name = key
    asked = ""
    if kind == VIRTUAL_HOST:
        configuration, _, asked = name.rpartition("/")
        key = (ROUTE, ResourceName(configuration))
    found = compiled.origins.get(key, ())
    if key[0] == ROUTE:
        found = _of_hosts(world, found, error, asked.rpartition(":")[0] or asked)
    # Objects of the core group, such as Services, are what others say something about.
    yield from sorted(found, key=lambda one: (one[0].group == "", one[0]))


def _of_hosts(world: World, found: _Sources, error: str, asked: str) -> _Sources:
    """Leave out who speaks of other hosts than those that are asked for or named."""
    hosts: dict[ObjectKey, tuple[str, ...]] = {rule.key: rule.hosts for rule in world.rules}
    hosts |= {one.origin: (host,) for host, one in world.registry.services.items()}
    others = {
        key
        for key, _ in found
        if key in hosts and not any(_is_named(host, error, asked) for host in hosts[key])
    }
    left = tuple(one for one in found if one[0] not in others)
    return left or found


def _is_named(host: str, error: str, asked: str) -> bool:
    return host in error or covers(host, asked)
