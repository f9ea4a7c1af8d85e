"""Make before break: what may be sent now, and what waits for the client's answer.

Changes go out in the push order and normally do not wait for each other; above all, endpoints
never wait for the ACK of their clusters, because the client sends that ACK only when it has the
endpoints. Two things wait:

* listeners and routes, while a cluster that is new to the client is not acknowledged: until then
  a route to that cluster would answer with an error. When the cluster is refused, updates of what
  the client holds wait on, and what it does not hold yet is sent: that can break nothing;
* the removal of a resource, until the update of what may refer to it is acknowledged. A client
  that comes back says what it holds type by type; it has said all when it acknowledges something,
  so nothing is removed before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.kernel.ids import TypeUrl
from libs.kernel.xds import (
    CLUSTER,
    ENDPOINT,
    LISTENER,
    PUSH_ORDER,
    ROUTE,
    SECRET,
    VIRTUAL_HOST,
)
from libs.xdsproto.published import Published
from libs.xdsproto.typestate import TypeState

REFERRERS: Mapping[TypeUrl, tuple[TypeUrl, ...]] = {
    CLUSTER: (LISTENER, ROUTE, VIRTUAL_HOST),
    ENDPOINT: (CLUSTER,),
    ROUTE: (LISTENER,),
    SECRET: (CLUSTER, LISTENER),
}
"""Types whose resources may name a resource of the key."""

_USERS_OF_CLUSTERS = REFERRERS[CLUSTER]

_RANK = {type_url: rank for rank, type_url in enumerate(PUSH_ORDER)}

States = Mapping[TypeUrl, TypeState]


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether resources that the client lacks, updates, and removals may be sent now."""

    firsts: bool = True
    updates: bool = True
    removals: bool = True


def in_push_order(states: States) -> Sequence[TypeState]:
    """Known types in push order, then the others as the client asked for them."""
    return sorted(states.values(), key=lambda state: _RANK.get(state.type_url, len(_RANK)))


def gate(type_url: TypeUrl, states: States, published: Published) -> Gate:
    """Decide what may be sent of a type, given how the others stand."""
    removals = type_url not in REFERRERS or _let_go(type_url, states)
    clusters = states.get(CLUSTER)
    if clusters is None or type_url not in _USERS_OF_CLUSTERS:
        return Gate(removals=removals)
    entries = published.of(CLUSTER).entries
    lacking = [name for name in clusters.arrivals if name in entries]
    under_way = clusters.blocked or any(name in clusters.pending for name in lacking)
    return Gate(firsts=not under_way, updates=not (under_way or lacking), removals=removals)


def _let_go(type_url: TypeUrl, states: States) -> bool:
    """Say whether nothing that the client holds refers to a resource that is to be removed."""
    referrers = (states.get(url) for url in REFERRERS[type_url])
    settled = all(state is None or state.settled for state in referrers)
    return settled and not states[type_url].returning
