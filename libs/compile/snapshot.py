"""Compiles the whole view of one proxy and checks it before anybody may serve it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.compile.clusters import (
    Outbound,
    assignment,
    cluster_message,
    discovers,
    outbound_clusters,
)
from libs.compile.finishing import finished
from libs.compile.gateway import gateway_outlets
from libs.compile.grpcclient import accepted, grpc_outlets
from libs.compile.inbound import Inlets, inbound_inlets
from libs.compile.ledger import Ledger, ResourceKey
from libs.compile.listeners import Outlets, outbound_outlets
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.scope import Scope, scope_of, visible_services
from libs.compile.view import View
from libs.compile.world import World
from libs.envoy import cluster, names
from libs.envoy.consistency import inconsistencies
from libs.envoy.messages import Messages
from libs.envoy.snapshot import build_snapshot
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.xds import Snapshot

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


def compile_snapshot(world: World, proxy: Proxy) -> Compiled:
    """Compile the view of `proxy`.

    Raises CompileError with a sentence when Envoy would refuse it.
    """
    ledger = Ledger()
    messages = finished(world, proxy, _messages(world, proxy, ledger), ledger)
    reasons = inconsistencies(messages)
    if reasons:
        more = f" (and {len(reasons) - _REASONS_MAX} more)" if len(reasons) > _REASONS_MAX else ""
        raise CompileError("; ".join(reasons[:_REASONS_MAX]) + more)
    snapshot = build_snapshot(messages)
    wanted = ((kind, name) for kind, name, _ in messages.named())
    return Compiled(snapshot, ledger.origins(world.origins, wanted), tuple(ledger.problems))


def _messages(world: World, proxy: Proxy, ledger: Ledger) -> Messages:
    if proxy.type is ProxyType.ROUTER:
        return _router(world, proxy, ledger)
    scope = scope_of(world, proxy)
    view = View(world, proxy, outbound_clusters(world, proxy, scope.services), ledger)
    if proxy.type is ProxyType.GRPC:
        return _assembled(view, accepted(view), grpc_outlets(view, scope), Inlets())
    return _sidecar(view, scope)


def _sidecar(view: View, scope: Scope) -> Messages:
    outlets, inlets = outbound_outlets(view, scope), inbound_inlets(view, scope)
    return _assembled(view, view.outbound.values(), outlets, inlets)


def _router(world: World, proxy: Proxy, ledger: Ledger) -> Messages:
    """A router may call every service that it sees."""
    services = visible_services(world, proxy.namespace)
    view = View(world, proxy, outbound_clusters(world, proxy, services), ledger)
    return _assembled(view, view.outbound.values(), gateway_outlets(view), Inlets())


def _assembled(
    view: View, outbound: Iterable[Outbound], outlets: Outlets, inlets: Inlets
) -> Messages:
    """Put everything in the order of names."""
    chosen = (*outbound, *outlets.crossing.values())
    clusters = [cluster_message(one, view.proxy, view.ledger) for one in chosen]
    clusters += [*inlets.clusters, *_fixed_clusters(view.proxy)]
    listeners = [*outlets.listeners.values(), *inlets.listeners]
    return Messages(
        clusters=tuple(sorted(clusters, key=lambda one: one.name)),
        endpoints=tuple(
            assignment(one, view.ledger)
            for one in sorted(chosen, key=lambda each: each.name)
            if discovers(one, view.proxy)
        ),
        listeners=tuple(sorted(listeners, key=lambda one: one.name)),
        routes=tuple(outlets.routes[name] for name in sorted(outlets.routes)),
        secrets=tuple(outlets.secrets[name] for name in sorted(outlets.secrets)),
    )


def _fixed_clusters(proxy: Proxy) -> list[cluster_pb2.Cluster]:
    """Return the clusters for calls that lead nowhere, and for those that go as they came."""
    if proxy.type is ProxyType.SIDECAR:
        return [cluster.black_hole(), cluster.by_original_destination(names.PASSTHROUGH)]
    return [cluster.black_hole()]
