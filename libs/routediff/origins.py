"""Who decided an answer: the one object behind the matched virtual host, where there is only one.

The compiler's side table tells which objects a route configuration comes from; of those, the ones
that speak of the virtual host's own host are asked. Where several do, nobody is named.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from libs.compile.snapshot import Compiled
from libs.compile.world import World
from libs.desired.provenance import Change
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.quoting import path_text
from libs.registry.hostnames import covers
from libs.routing.decision import Decision

Changes = Mapping[ObjectKey, Sequence[Change]]
"""What patches and variables made, by the object."""

NO_CHANGES: Changes = MappingProxyType({})
_RULE = re.compile(r"ns\[([^]]*)\]-policy\[([^]]*)\]-rule")
Sources = tuple[tuple[ObjectKey, Origin], ...]


def origin_of(
    world: World,
    compiled: Compiled,
    decision: Decision,
    changes: Changes = NO_CHANGES,
) -> dict[str, Any] | None:
    """Return file, line and object behind an answer; None where it cannot be told.

    An object that patches or variables changed has `changes` as well: what, and where that stands.
    """
    sources = _of_routes(compiled, decision) or _of_clusters(compiled, decision)
    if decision.reason is not None:
        sources = tuple(_of_policy(world, decision.rule or ""))
    elif decision.virtual_host is not None:
        host = decision.virtual_host.rpartition(":")[0]
        rules = {rule.key: rule.hosts for rule in world.rules}
        named = tuple(
            one for one in sources if any(covers(each, host) for each in rules.get(one[0], ()))
        )
        sources = named or tuple(_services(world, sources, host))
    if len(sources) != 1:
        return None
    key, origin = sources[0]
    found: dict[str, Any] = {
        "file": origin.file,
        "line": origin.line,
        "kind": key.kind,
        "namespace": key.namespace,
        "name": key.name,
    }
    return found | {"changes": [*map(_change, changes[key])]} if key in changes else found


def _of_policy(world: World, rule: str) -> Iterator[tuple[ObjectKey, Origin]]:
    """Yield the policy whose rule denied a call; one that only did not allow it is not the one."""
    found = _RULE.search(rule)
    if found is not None:
        key = ObjectKey(AuthorizationPolicy.GROUP, AuthorizationPolicy.__name__, found[1], found[2])
        if key in world.origins:
            yield key, world.origins[key]


def _change(one: Change) -> dict[str, Any]:
    return {
        "path": path_text(one.path),
        "file": one.origin.file,
        "line": one.origin.line,
        "cluster": one.cluster,
        "variables": [name for name, _ in one.variables],
    }


def _of_routes(compiled: Compiled, decision: Decision) -> Sources:
    return compiled.origins.get((xds.ROUTE, ResourceName(decision.route_config or "")), ())


def _of_clusters(compiled: Compiled, decision: Decision) -> Sources:
    """A connection that no route decides is decided by who made its listener."""
    if decision.virtual_host is not None:
        return ()
    return compiled.origins.get((xds.LISTENER, ResourceName(decision.listener or "")), ())


def _services(world: World, sources: Sources, host: str) -> Iterator[tuple[ObjectKey, Origin]]:
    service = world.registry.services.get(host)
    if service is not None:
        yield from (one for one in sources if one[0] == service.origin)
