"""The endpoints of a cluster as a proxy sees them: which, in what order, with what weight."""

from collections.abc import Mapping, Sequence

from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.compile import automtls, localities
from libs.compile.ledger import Ledger
from libs.compile.localities import Stand, preference, priorities, shares, topology_labels
from libs.compile.proxy import locality_of, node_of
from libs.compile.target import Outbound
from libs.compile.view import View, node
from libs.envoy import endpoint
from libs.envoy.address import UNIX_PREFIX, is_ip
from libs.envoy.endpoint import LoadEndpoint
from libs.kernel import xds
from libs.registry.labels import wears
from libs.registry.service import Endpoint, Nearness, Resolution, ServicePort

_BY_NAME = frozenset({Resolution.DNS, Resolution.DNS_ROUND_ROBIN})


def assignment(view: View, one: Outbound) -> endpoint_pb2.ClusterLoadAssignment:
    """Return the endpoints that carry the subset's labels, in the order of preference."""
    chosen = [
        (each, number)
        for each in view.world.registry.endpoints.get(one.service.hostname, ())
        if wears(each.labels, one.labels)
        and (not one.meshed or each.labels.get(automtls.LABEL) == automtls.MESH_TLS)
        and (number := _number(each, one.port)) is not None
        and _near(view, one, each)
        and _usable(view.ledger, one, each)
    ]
    origins = (each.origin for each, _ in chosen)
    view.ledger.credit(xds.ENDPOINT, one.name, one.service.origin, *origins)
    return _ordered(view, one, chosen)


def _ordered(
    view: View, one: Outbound, chosen: Sequence[tuple[Endpoint, int]]
) -> endpoint_pb2.ClusterLoadAssignment:
    preferred = preference(one.traffic, view.world.settings, one.service.nearness)
    meshed = _speakers(view, one, chosen)
    if preferred is None:
        return endpoint.load_assignment(one.name, _listed(chosen, [0] * len(chosen), meshed))
    stand, cluster = _stand(view, one.service.nearness), view.world.cluster
    endpoints = [localities.placed(each, stand) for each, _ in chosen]
    ranks = priorities(
        preferred,
        stand,
        endpoints,
        lambda each: topology_labels(each.labels, each.locality, each.network, cluster, each.node),
    )
    listed = _listed(chosen, ranks, meshed)
    weights = shares(preferred, stand, _weights(listed))
    return endpoint.load_assignment(one.name, listed, weights)


def _near(view: View, one: Outbound, each: Endpoint) -> bool:
    """Leave out endpoints of other nodes where the service is called on one's own node only."""
    if one.service.nearness is not Nearness.NODE_ONLY:
        return True
    return each.node == node_of(view.proxy)


def _speakers(view: View, one: Outbound, chosen: Sequence[tuple[Endpoint, int]]) -> list[bool]:
    """Say of each endpoint whether the proxy speaks the mesh's TLS to it, being told by it."""
    if not automtls.applies(view, one):
        return [False] * len(chosen)
    return [automtls.speaks(view, each, number) for each, number in chosen]


def _listed(
    chosen: Sequence[tuple[Endpoint, int]], ranks: Sequence[int], meshed: Sequence[bool]
) -> list[LoadEndpoint]:
    return [
        LoadEndpoint(
            localities.text(each.locality), each.address, number, each.weight, rank, spoken
        )
        for (each, number), rank, spoken in zip(chosen, ranks, meshed, strict=True)
    ]


def _weights(listed: Sequence[LoadEndpoint]) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for one in listed:
        found[one.locality] = found.get(one.locality, 0) + one.weight
    return found


@node(lambda nearness: nearness)
def _stand(view: View, nearness: Nearness) -> Stand:
    """Return where the proxy stands, for all clusters of services that want the same nearness."""
    proxy = view.proxy
    own = node_of(proxy) if nearness is Nearness.NODE else ""
    locality = locality_of(proxy, view.world.registry)
    labels = topology_labels(proxy.labels, locality, proxy.network, view.world.cluster, own)
    return Stand(locality, labels)


def _number(each: Endpoint, port: ServicePort) -> int | None:
    return 0 if each.address.startswith(UNIX_PREFIX) else each.ports.get(port.name)


def _usable(ledger: Ledger, one: Outbound, each: Endpoint) -> bool:
    """Envoy refuses a whole assignment for one address that is no number."""
    by_name = one.service.resolution in _BY_NAME
    if by_name or is_ip(each.address) or each.address.startswith(UNIX_PREFIX):
        return True
    ledger.problem(
        f"{one.service.origin}: endpoint address `{each.address}` is a name; "
        "write an IP address, or resolution DNS"
    )
    return False
