"""What compiling one proxy's view works on."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

from libs.compile.hosts import fqdn
from libs.compile.ledger import Ledger
from libs.compile.memo import Fold, Run
from libs.compile.proxy import Proxy
from libs.compile.recorded import recorded_table
from libs.compile.target import Outbound
from libs.compile.world import World
from libs.envoy import names
from libs.kernel.origins import ObjectKey
from libs.meshapi.virtualservice import Destination


@dataclass(frozen=True, slots=True)
class View:
    """A world as one proxy sees it, with its outbound clusters by name.

    `run` keeps the results of nodes; without one every node runs whenever it is called.
    """

    world: World
    proxy: Proxy
    outbound: Mapping[str, Outbound]
    ledger: Ledger
    run: Run | None = None


_P = ParamSpec("_P")
_T = TypeVar("_T")
_I = TypeVar("_I")
_K = TypeVar("_K", bound=Hashable)
_R = TypeVar("_R")
_Node = Callable[Concatenate[View, _P], _T]


def node(key: Callable[..., Hashable]) -> Callable[[_Node[_P, _T]], _Node[_P, _T]]:
    """Make a pure function of a view and of inputs a node, whose result is kept with its reads.

    `key` names the node among those of one function within one calling node, from the inputs.
    Inputs have to be values that are cheap to compare, results must never be changed.
    """

    def decorated(build: _Node[_P, _T]) -> _Node[_P, _T]:
        name = f"{build.__module__}.{build.__qualname__}"

        @wraps(build)
        def called(view: View, /, *inputs: _P.args, **named: _P.kwargs) -> _T:
            if view.run is None:
                return build(view, *inputs, **named)
            return view.run.node(
                (name, key(*inputs, **named)),
                (inputs, named),
                lambda: build(view, *inputs, **named),
            )

        return called

    return decorated


def group(
    view: View,
    name: Hashable,
    items: Mapping[_K, _I],
    build: Callable[[View, _I], _T],
    fold: Fold[_T, _R],
) -> _R:
    """Run a node for each item and put their results together; see `node` for what they may do.

    `name` names the group within its calling node. Only members that must run again do.
    """
    if view.run is None:
        return fold({key: build(view, item) for key, item in items.items()}, None)
    return view.run.group(name, items, lambda item: build(view, item), fold)


def made_table(view: View, name: str, table: Mapping[_K, _I]) -> Mapping[_K, _I]:
    """Let nodes look up what was made while compiling: each depends on the keys it asks for.

    `name` tells the table from all others of the view.
    """
    return recorded_table(view.run, name, table) if view.run is not None else table


@dataclass(frozen=True, slots=True)
class Place:
    """Where routes are built for: a port and the gateways' names there (`mesh` for a sidecar).

    `encrypted` says whether callers speak TLS there.
    """

    view: View
    port: int
    gateways: frozenset[str]
    encrypted: bool = False


def destination_cluster(
    place: Place, destination: Destination, namespace: str, user: ObjectKey
) -> str:
    """Return the cluster that a rule's destination means.

    One that is not there fails its requests with 503, as Istio has it, and is noted.
    """
    view = place.view
    host = fqdn(destination.host, namespace, view.world.domain)
    name = names.outbound_cluster(host, _port(place, destination, host), destination.subset)
    if name in view.outbound:
        return name
    view.ledger.problem(
        f"{user}: no cluster {name} for destination `{destination.host}`; "
        "its requests are answered with 503"
    )
    return names.BLACK_HOLE


def _port(place: Place, destination: Destination, host: str) -> int:
    """A stated port counts, then the only one of the service, then the port of the call."""
    if destination.port is not None:
        return destination.port.number
    service = place.view.world.registry.services.get(host)
    if service is not None and len(service.ports) == 1:
        return service.ports[0].number
    return place.port
