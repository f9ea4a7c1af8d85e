"""Make before break: what may be sent now, and what waits for the client's answer.

Changes go out in the push order and normally do not wait for each other; above all, endpoints
never wait for the ACK of their clusters, because the client sends that ACK only when it has the
endpoints. Two things wait:

* an update of listeners or routes that the client holds already, while a cluster that is new to
  it is not acknowledged: until then a route to that cluster would answer with an error;
* the removal of a resource, until the update of what may refer to it is acknowledged.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.kernel.ids import TypeUrl
from libs.kernel.xds import CLUSTER, ENDPOINT, LISTENER, PUSH_ORDER, ROUTE, SECRET
from libs.xdsproto.published import Published
from libs.xdsproto.typestate import TypeState

REFERRERS: Mapping[TypeUrl, tuple[TypeUrl, ...]] = {
    CLUSTER: (LISTENER, ROUTE),
    ENDPOINT: (CLUSTER,),
    ROUTE: (LISTENER,),
    SECRET: (CLUSTER, LISTENER),
}
"""Types whose resources may name a resource of the key."""

_RANK = {type_url: rank for rank, type_url in enumerate(PUSH_ORDER)}

States = Mapping[TypeUrl, TypeState]


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether updates of held resources, and removals, of one type may be sent now."""

    updates: bool = True
    removals: bool = True


def in_push_order(states: States) -> Iterable[TypeState]:
    """Known types in push order, then the others as the client asked for them."""
    return sorted(states.values(), key=lambda state: _RANK.get(state.type_url, len(_RANK)))


def gate(type_url: TypeUrl, states: States, published: Published) -> Gate:
    """Decide what may be sent of a type, given how the others stand."""
    referrers = (states.get(url) for url in REFERRERS.get(type_url, ()))
    return Gate(
        updates=type_url not in (LISTENER, ROUTE) or _clusters_arrived(states, published),
        removals=all(state is None or state.settled for state in referrers),
    )


def _clusters_arrived(states: States, published: Published) -> bool:
    """Say whether the client has every cluster that it should have."""
    clusters = states.get(CLUSTER)
    if clusters is None:
        return True
    wanted = published.of(CLUSTER).entries
    return not clusters.blocked and not any(name in wanted for name in clusters.arrivals)
