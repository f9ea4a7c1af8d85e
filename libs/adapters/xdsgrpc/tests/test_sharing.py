"""Streams that are sent the same share one serialised response."""

from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc.sharing import SharedResponses
from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import CLUSTER, Resource
from libs.xdsproto.commands import Respond
from libs.xdsproto.wire import Encoded, encode

V = Version("1")


def respond(*entries: Encoded, nonce: str = "1", removed: tuple[str, ...] = ()) -> Respond:
    """Make a response of clusters."""
    return Respond(CLUSTER, V, nonce, entries, tuple(map(ResourceName, removed)), V)


def cluster(body: bytes) -> Encoded:
    """Make a resource; each call makes another object."""
    return encode(Resource(CLUSTER, ResourceName("c"), V, body))


def test_equal_responses_are_one_object() -> None:
    """What one stream was sent serves the next one, without another copy."""
    shared, one = SharedResponses(), cluster(b"x" * 1000)
    assert shared(respond(one), delta=True) is shared(respond(one), delta=True)


def test_all_that_is_in_a_response_counts() -> None:
    """Another variant, nonce, removal or resource is another response, with its own content."""
    shared, one, two = SharedResponses(), cluster(b"1"), cluster(b"2")
    wires = [
        shared(respond(one), delta=True),
        shared(respond(two), delta=True),
        shared(respond(one, nonce="2"), delta=True),
        shared(respond(one, removed=("gone",)), delta=True),
    ]
    parsed = [discovery_pb2.DeltaDiscoveryResponse.FromString(each) for each in wires]
    assert [each.resources[0].resource.value for each in parsed] == [b"1", b"2", b"1", b"1"]
    assert [each.nonce for each in parsed] == ["1", "1", "2", "1"]
    assert [list(each.removed_resources) for each in parsed] == [[], [], [], ["gone"]]
    full = discovery_pb2.DiscoveryResponse.FromString(shared(respond(one), delta=False))
    assert full.resources[0].value == b"1"


def test_no_more_is_kept_than_may_be() -> None:
    """The oldest responses go when all of them together are too large; one alone may be."""
    shared, entries = SharedResponses(bytes_max=2500), [cluster(b"x" * 1000) for _ in range(4)]
    first = shared(respond(entries[0]), delta=True)
    for entry in entries[1:]:
        last = shared(respond(entry), delta=True)
        assert shared(respond(entry), delta=True) is last
    assert shared(respond(entries[0]), delta=True) is not first
    assert SharedResponses(bytes_max=1)(respond(entries[0]), delta=True) == first
