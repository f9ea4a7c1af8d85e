"""Endpoints of large services as resources of their own."""

from protogen.envoy.config.core.v3 import health_check_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_components_pb2 as parts
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.compile.apart import Cuts, endpoints_apart
from libs.envoy.snapshot import resource, snapshot_of
from libs.kernel.ids import ResourceName
from libs.kernel.xds import ENDPOINT, LB_ENDPOINT, Resource, Snapshot

PORTS = range(1000, 1010)
LARGE, SMALL = ResourceName("large"), ResourceName("small")


def _assignment(name: str, *ports: int, weight: int = 1) -> Resource:
    message = endpoint_pb2.ClusterLoadAssignment(cluster_name=name)
    for zone in ("here", "there"):
        locality = message.endpoints.add()
        locality.locality.zone = zone
        locality.load_balancing_weight.value = weight
        for port in ports:
            one = locality.lb_endpoints.add()
            one.endpoint.address.socket_address.address = f"10.0.0.{len(zone)}"
            one.endpoint.address.socket_address.port_value = port
    return resource(ENDPOINT, ResourceName(name), message)


def _cut(*assignments: Resource, least: int = 10, cuts: Cuts | None = None) -> Snapshot:
    return endpoints_apart(snapshot_of(assignments), least, cuts or Cuts("t"))


def test_a_large_assignment_names_a_collection_for_each_locality() -> None:
    """Its endpoints are in those; what is said of a locality stays with it."""
    cut = _cut(_assignment("large", *PORTS))
    message = endpoint_pb2.ClusterLoadAssignment.FromString(cut.of(ENDPOINT)[LARGE].body)
    names = [one.leds_cluster_locality_config.leds_collection_name for one in message.endpoints]
    assert [len(one.lb_endpoints) for one in message.endpoints] == [0, 0]
    assert [one.load_balancing_weight.value for one in message.endpoints] == [1, 1]
    places = [name.removesuffix("*") for name in names]
    counts = [sum(each.startswith(place) for each in cut.of(LB_ENDPOINT)) for place in places]
    assert counts == [10, 10]


def test_small_assignments_stay_as_they_are() -> None:
    """A view without large ones is the same object."""
    small = snapshot_of([_assignment("small", 1, 2)])
    assert endpoints_apart(small, 10, Cuts("t")) is small
    cut = _cut(_assignment("small", 1, 2), _assignment("large", *PORTS))
    assert cut.of(ENDPOINT)[SMALL] == small.of(ENDPOINT)[SMALL]


def test_one_more_endpoint_is_one_more_resource() -> None:
    """Neither the assignment nor another endpoint changes."""
    cuts = Cuts("t")
    before = _cut(_assignment("large", *PORTS), cuts=cuts)
    after = _cut(_assignment("large", *PORTS, 2000), cuts=cuts)
    assert after.of(ENDPOINT) == before.of(ENDPOINT)
    new = after.of(LB_ENDPOINT).keys() - before.of(LB_ENDPOINT).keys()
    assert len(new) == 2
    kept = before.of(LB_ENDPOINT)
    assert all(after.of(LB_ENDPOINT)[name] == kept[name] for name in kept)


def test_an_endpoint_that_ended_is_ill_for_a_while() -> None:
    """Who was away is told so when it comes back; one that returns is well again."""
    cuts = Cuts("t")
    many = range(1000, 1020)
    first = _cut(_assignment("large", *many), cuts=cuts)
    ended = _cut(_assignment("large", *many[1:]), cuts=cuts)
    assert ended.of(LB_ENDPOINT).keys() == first.of(LB_ENDPOINT).keys()
    assert ended.of(ENDPOINT) == first.of(ENDPOINT)
    changed = [
        one for name, one in ended.of(LB_ENDPOINT).items() if one != first.of(LB_ENDPOINT)[name]
    ]
    status = {parts.LbEndpoint.FromString(one.body).health_status for one in changed}
    assert (len(changed), status) == (2, {health_check_pb2.UNHEALTHY})
    assert _cut(_assignment("large", *many), cuts=cuts) == first


def test_before_too_many_have_ended_the_collection_gets_another_name() -> None:
    """Nobody who was away has anything of the new one, so nothing has to be taken from him."""
    cuts = Cuts("t")
    many = range(1000, 1020)
    first = _cut(_assignment("large", *many), cuts=cuts)
    fewer = _cut(_assignment("large", *many[5:]), cuts=cuts)
    assert not fewer.of(LB_ENDPOINT).keys() & first.of(LB_ENDPOINT).keys()
    assert len(fewer.of(LB_ENDPOINT)) == 30
    assert fewer.of(ENDPOINT) != first.of(ENDPOINT)


def test_collections_of_another_life_have_other_names() -> None:
    """A compiler that starts anew does not know what ended before."""
    one, other = (_cut(_assignment("large", *PORTS), cuts=Cuts(since)) for since in "ab")
    assert not one.of(LB_ENDPOINT).keys() & other.of(LB_ENDPOINT).keys()


def test_what_did_not_change_is_not_cut_again() -> None:
    """The same assignment gives the same objects."""
    cuts, large = Cuts("t"), _assignment("large", *PORTS)
    before, after = _cut(large, cuts=cuts), _cut(large, cuts=cuts)
    assert after.of(ENDPOINT)[LARGE] is before.of(ENDPOINT)[LARGE]
