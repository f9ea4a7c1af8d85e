"""What Envoy itself says of representative views of a fleet, put in terms of objects.

A view is compiled for one sidecar of every namespace that has a service or a Sidecar, with the
labels of a workload there, and for one proxy of every Gateway. Views of equal content are asked
about once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import Compiled, CompileError, compile_snapshot
from libs.compile.world import build_world
from libs.desired.finding import Rule
from libs.envoy.staticform import static_bootstrap
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.service import Service
from libs.meshapi.sidecar import Sidecar
from libs.ports.envoycheck import EnvoyCheck

REFUSED = Rule("PER0340", Level.ERROR, MessageClass.OBJECT)
"""What Envoy refuses of what an object becomes."""

CULPRITS_TRIED_MAX = 16
"""So many objects are left out one by one to find the one that is refused."""

_ADDRESS = "192.0.2.1"
Objects = Sequence[tuple[MeshObject, Origin]]


def representatives(objects: Iterable[MeshObject], cluster: ClusterName) -> list[Proxy]:
    """Return proxies whose views cover what a cluster's objects become."""
    sidecars: dict[str, Mapping[str, str]] = {}
    routers: dict[tuple[str, tuple[tuple[str, str], ...]], Proxy] = {}
    for one in objects:
        if isinstance(one, Service):
            labels = sidecars.get(one.namespace) or one.spec.selector
            sidecars[one.namespace] = labels
        elif isinstance(one, Sidecar):
            sidecars.setdefault(one.namespace, {})
        elif isinstance(one, Gateway):
            labels = one.spec.selector
            key = (one.namespace, tuple(sorted(labels.items())))
            routers[key] = _proxy(ProxyType.ROUTER, one.namespace, labels, cluster)
    found = [_proxy(ProxyType.SIDECAR, name, sidecars[name], cluster) for name in sorted(sidecars)]
    return [*found, *(routers[key] for key in sorted(routers))]


def _proxy(
    kind: ProxyType, namespace: str, labels: Mapping[str, str], cluster: ClusterName
) -> Proxy:
    return Proxy(kind, namespace, (_ADDRESS,), labels=labels, cluster=cluster)


def refusals(
    objects: Objects, cluster: ClusterName, settings: MeshSettings, envoy: EnvoyCheck
) -> Iterator[Message]:
    """Ask Envoy about a cluster's views. Raises TransientError when it cannot be asked."""
    seen: list[object] = []
    for proxy in representatives((one for one, _ in objects), cluster):
        view = _View(objects, cluster, settings, proxy)
        try:
            compiled = view.compiled()
        except CompileError as error:
            yield _message(view.first_origin(), None, f"{proxy.type} of {cluster}: {error}")
            continue
        if compiled.snapshot in seen:
            continue
        seen.append(compiled.snapshot)
        reason = envoy.refusal(static_bootstrap(compiled.snapshot))
        if reason is not None:
            yield _blamed(view, compiled, reason, envoy)


class _View:
    """A view that can be compiled without some object."""

    def __init__(
        self, objects: Objects, cluster: ClusterName, settings: MeshSettings, proxy: Proxy
    ) -> None:
        self._objects, self._cluster, self._settings = objects, cluster, settings
        self.proxy = proxy

    def compiled(self, without: ObjectKey | None = None) -> Compiled:
        """Compile the view. Raises CompileError."""
        kept = [(one, origin) for one, origin in self._objects if one.key != without]
        return compile_snapshot(build_world(kept, self._cluster, self._settings), self.proxy)

    def first_origin(self) -> Origin:
        """Return where to look when nothing better is known."""
        return min(origin for _, origin in self._objects)

    def places(self) -> dict[ObjectKey, Origin]:
        """Return where each object begins."""
        return {one.key: origin for one, origin in self._objects}


def _blamed(view: _View, compiled: Compiled, reason: str, envoy: EnvoyCheck) -> Message:
    """Name the object without which Envoy takes the view, else the first that it may be."""
    suspects = list(dict.fromkeys(_suspects(compiled, reason)))
    guilty = next(
        (key for key in suspects[:CULPRITS_TRIED_MAX] if _is_taken(view, key, envoy)), None
    )
    key = guilty or next(iter(suspects), None)
    origin = view.places().get(key, view.first_origin()) if key else view.first_origin()
    whose = f"the {view.proxy.type} of namespace `{view.proxy.namespace}`"
    return _message(origin, key, f"Envoy refuses the configuration of {whose}: {reason}")


def _suspects(compiled: Compiled, reason: str) -> Iterator[ObjectKey]:
    """Return the objects behind resources that Envoy names, then all others, filters first."""
    named = [place for key, place in compiled.origins.items() if key[1] and key[1] in reason]
    everything = sorted(
        {key for place in compiled.origins.values() for key, _ in place},
        key=lambda key: (key.kind != "EnvoyFilter", key),
    )
    yield from (key for key in everything if key.kind == "EnvoyFilter")
    yield from (key for place in named for key, _ in place)
    yield from everything


def _is_taken(view: _View, without: ObjectKey, envoy: EnvoyCheck) -> bool:
    try:
        compiled = view.compiled(without)
    except CompileError:
        return False
    return envoy.refusal(static_bootstrap(compiled.snapshot)) is None


def _message(origin: Origin, key: ObjectKey | None, text: str) -> Message:
    said = f"{text}; correct what makes it"
    return Message(REFUSED.code, REFUSED.level, REFUSED.message_class, origin, said, key)
