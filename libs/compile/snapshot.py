"""Compiles the whole view of one proxy and checks it before anybody may serve it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile import pools, upstreamtls
from libs.compile.assignments import assignment
from libs.compile.clusters import (
    cluster_message,
    discovers,
    outbound_clusters,
    undeclared_cluster,
)
from libs.compile.finishing import finished, touched
from libs.compile.gateway import gateway_outlets
from libs.compile.grpcclient import grpc_outlets
from libs.compile.inbound import inbound_inlets
from libs.compile.ledger import Origins, ResourceKey
from libs.compile.listeners import Outlets, outbound_outlets
from libs.compile.memo import Memo, Run
from libs.compile.observing import called_services
from libs.compile.parts import (
    Built,
    OfType,
    Part,
    built,
    by_type,
    folded,
    joined,
    joined_type,
    part,
)
from libs.compile.patches import PatchError, patches_for
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.recorded import NodeLedger, recorded_proxy, recorded_table, recorded_world
from libs.compile.scope import Scope, scope_of, visible_services
from libs.compile.security import asked_services
from libs.compile.sharing import Shared
from libs.compile.target import Outbound, looks_up
from libs.compile.trafficpolicies import own_pool
from libs.compile.view import View, group, node
from libs.compile.world import World
from libs.envoy import cluster, names
from libs.envoy.claims import Claims, together
from libs.envoy.consistency import contradictions
from libs.envoy.snapshot import Ordered, ordered, snapshot_of_ordered
from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.xds import Snapshot
from libs.meshapi.trafficpolicy import TrafficPolicy
from libs.registry.service import Protocol, Service, ServicePort

_REASONS_MAX = 3


class CompileError(ValueError):
    """A view that must not be served; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A view with its side tables: who made each resource, and what could not be done as written.

    Neither is part of the snapshot or of its version.
    """

    snapshot: Snapshot
    origins: Mapping[ResourceKey, tuple[tuple[ObjectKey, Origin], ...]]
    problems: tuple[str, ...]


def compile_snapshot(
    world: World, proxy: Proxy, memo: Memo | None = None, shared: Shared | None = None
) -> Compiled:
    """Compile the view of `proxy`.

    With a memo only what changed since its last compilation is made again, and of that only what no
    view in `shared` has alike; the answer is the same as without. Raises CompileError with a
    sentence when Envoy would refuse the view; the memo then stays as it was.
    """
    memo = memo if memo is not None else Memo()
    shared = shared if shared is not None else Shared()
    run = Run(memo, [one for one in shared.near(proxy) if one is not memo], shared.comparing)
    view = View(recorded_world(run, world), recorded_proxy(run, proxy), {}, NodeLedger(run), run)
    snapshot = _snapshot(view)
    run.keep()
    shared.add(proxy, memo)
    origins = Origins(snapshot, run.credits, world.origins)
    return Compiled(snapshot, origins, tuple(dict.fromkeys(run.frame.problems)))


@node(lambda: None)
def _snapshot(view: View) -> Snapshot:
    parts: tuple[Part, ...] = tuple(_parts(view))
    if _touched(view):
        try:
            parts = (_finished(view, joined(parts)),)
        except PatchError as error:
            raise CompileError(str(error)) from error
    types = {kind: _of_type(view, kind, found) for kind, found in by_type(parts).items()}
    _check(view, tuple((kind, one.claims, one.names) for kind, one in types.items()))
    return snapshot_of_ordered({kind: one.ordered for kind, one in types.items()})


@node(lambda: None)
def _touched(view: View) -> frozenset[TypeUrl]:
    return touched(view.world, view.proxy)


@dataclass(frozen=True, slots=True)
class _Type:
    """All resources of one type. `names` are theirs."""

    ordered: Ordered
    names: tuple[ResourceName, ...]
    claims: Claims


@node(lambda kind, _: kind)
def _of_type(_: View, kind: TypeUrl, found: tuple[OfType, ...]) -> _Type:
    """Put a type together; one that nothing changed in is what it was."""
    named, claims = joined_type(kind, found)
    result = ordered(named)
    return _Type(result, tuple(result.named), claims)


@node(lambda _: None)
def _check(
    view: View, claimed: tuple[tuple[TypeUrl, Claims, tuple[ResourceName, ...]], ...]
) -> None:
    """Raise CompileError for a view that Envoy would refuse, or would wait in."""
    there = {kind: dict.fromkeys(names) for kind, _, names in claimed}
    reasons = contradictions(together(claims for _, claims, _ in claimed), there)
    if reasons:
        more = f" (and {len(reasons) - _REASONS_MAX} more)" if len(reasons) > _REASONS_MAX else ""
        raise CompileError("; ".join(reasons[:_REASONS_MAX]) + more + _patchers(view))


def _patchers(view: View) -> str:
    """Name the objects whose patches change the view: one of them may be why."""
    root = view.world.settings.root_namespace
    found = patches_for(view.world.attached.envoy_filters, view.proxy, root)
    owners = ", ".join(str(patches[0].owner) for patches in found)
    return f"; the view is patched by {owners}" if owners else ""


def _parts(view: View) -> Iterator[Part]:
    """Yield the parts of a view; a router may call every service that it sees."""
    if view.proxy.type is ProxyType.ROUTER:
        seen = _with_outbound(view, _called(view, _visible(view)))
        yield from (_clusters(seen), _endpoints(seen), _gateway(seen, _looks_up(seen)))
    else:
        scope = _scope(view, _visible(view))
        seen = _with_outbound(view, _called(view, scope.services))
        yield from (_clusters(seen), _endpoints(seen), _outlets(seen, scope))
        if view.proxy.type is ProxyType.SIDECAR:
            yield _inlets(seen, scope)
            yield _undeclared(seen, scope)
    yield _fixed(view)


def _called(view: View, services: tuple[Service, ...]) -> tuple[Service, ...]:
    """Add the services that the proxy itself reports to or asks."""
    if view.proxy.type is ProxyType.GRPC:
        return services
    asked = asked_services(view.world, view.proxy)
    called = {one.hostname: one for one in (*called_services(view.world, view.proxy), *asked)}
    known = {one.hostname for one in services} if called else set()
    added = tuple(one for host, one in called.items() if host not in known)
    return (*services, *added) if added else services


@node(lambda _: None)
def _finished(view: View, whole: Part) -> Part:
    return finished(view, whole)


@node(lambda: None)
def _visible(view: View) -> tuple[Service, ...]:
    return visible_services(view.world, view.proxy.namespace)


@node(lambda _: None)
def _scope(view: View, visible: tuple[Service, ...]) -> Scope:
    return scope_of(view.world, view.proxy, visible)


@node(lambda _: None)
def _outbound(view: View, services: tuple[Service, ...]) -> Mapping[str, Outbound]:
    """Return what calls can be sent to; a gRPC client can use what lists its endpoints only."""
    found = outbound_clusters(view, services)
    if view.proxy.type is not ProxyType.GRPC:
        return found
    return {name: one for name, one in found.items() if discovers(one, view.proxy)}


def _with_outbound(view: View, services: tuple[Service, ...]) -> View:
    """Let nodes look up clusters one by one."""
    table = _outbound(view, services)
    if view.run is not None:
        table = recorded_table(view.run, "view.outbound", table)
    return replace(view, outbound=table)


@node(lambda: None)
def _callable(view: View) -> Mapping[str, Outbound]:
    return dict(view.outbound.items())


@node(lambda: None)
def _discovered(view: View) -> Mapping[str, Outbound]:
    return {one.name: one for one in view.outbound.values() if discovers(one, view.proxy)}


def _clusters(view: View) -> Part:
    return group(view, "clusters", _callable(view), _cluster, folded)


def _cluster(view: View, one: Outbound) -> Built:
    return built(xds.CLUSTER, one.name, cluster_message(view, one))


def _endpoints(view: View) -> Part:
    return group(view, "endpoints", _discovered(view), _assignment, folded)


def _assignment(view: View, one: Outbound) -> Built:
    return built(xds.ENDPOINT, one.name, assignment(view, one))


@node(lambda: None)
def _looks_up(view: View) -> bool:
    """Say whether endpoints of any service are looked up by the name that is asked for."""
    return any(looks_up(one) for one in view.outbound.values())


@node(lambda _: None)
def _outlets(view: View, scope: Scope) -> Part:
    if view.proxy.type is ProxyType.GRPC:
        return _of_outlets(view, grpc_outlets(view, scope))
    return joined([outbound_outlets(view, scope), _secrets_part(_upstream_secrets(view))])


@node(lambda _: None)
def _gateway(view: View, by_name: bool) -> Part:  # noqa: FBT001 - a node's input
    return _of_outlets(view, _with_secrets(view, gateway_outlets(view, by_name=by_name)))


def _with_secrets(view: View, outlets: Outlets) -> Outlets:
    """Add the secrets that clusters wait for; a server's may be among them."""
    for one in _upstream_secrets(view):
        outlets.secrets.setdefault(one.name, one)
    return outlets


@node(lambda: None)
def _upstream_secrets(view: View) -> tuple[secret_pb2.Secret, ...]:
    found: dict[str, secret_pb2.Secret] = {}
    for one in view.outbound.values():
        found.update((each.name, each) for each in upstreamtls.secrets_of(view, one))
    return tuple(found[name] for name in sorted(found))


def _of_outlets(view: View, outlets: Outlets) -> Part:
    return part(
        (
            *(_cluster(view, one) for one in outlets.crossing.values()),
            *(_assignment(view, o) for o in outlets.crossing.values() if discovers(o, view.proxy)),
            *(built(xds.LISTENER, one.name, one) for one in outlets.listeners.values()),
            *outlets.routes.values(),
            *(built(xds.SECRET, name, one) for name, one in outlets.secrets.items()),
        )
    )


def _secrets_part(secrets: Iterable[secret_pb2.Secret]) -> Part:
    return part(built(xds.SECRET, one.name, one) for one in secrets)


@node(lambda _: None)
def _inlets(view: View, scope: Scope) -> Part:
    inlets = inbound_inlets(view, scope)
    return part(
        (
            *(built(xds.LISTENER, one.name, one) for one in inlets.listeners),
            *(built(xds.CLUSTER, one.name, one) for one in inlets.clusters),
            *(built(xds.SECRET, name, one) for name, one in inlets.secrets.items()),
        )
    )


@node(lambda _: None)
def _undeclared(view: View, scope: Scope) -> Part:
    """Return the cluster for hosts that nobody declared, where requests name their host."""
    if not scope.by_name:
        return part(())
    return part((built(xds.CLUSTER, names.ALLOW_ANY_BY_NAME, undeclared_cluster(view)),))


@node(lambda: None)
def _fixed(view: View) -> Part:
    """Return the clusters for calls that lead nowhere, and for those that go as they came."""
    fixed = [cluster.black_hole()]
    if view.proxy.type is ProxyType.SIDECAR:
        undeclared = cluster.by_original_destination(names.PASSTHROUGH)
        pool = own_pool(None, view.world.settings)
        if pool is not None:
            bytes_only = ServicePort("", 0, Protocol.TCP, 0)
            pools.apply(undeclared, TrafficPolicy(connection_pool=pool), bytes_only)
        fixed.append(undeclared)
    return part(built(xds.CLUSTER, one.name, one) for one in fixed)
