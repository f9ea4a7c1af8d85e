"""Hand-framed bytes are what protobuf itself reads and writes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import CLUSTER, Resource
from libs.xdsproto.wire import delta_response, encode, sotw_response

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
BODIES = st.one_of(st.binary(max_size=300), st.integers(16_000, 17_000).map(bytes))
RESOURCES = st.lists(
    st.builds(Resource, st.just(CLUSTER), TEXT.map(ResourceName), TEXT.map(Version), BODIES),
    max_size=4,
)


@given(RESOURCES, TEXT, TEXT)
def test_sotw_bytes_are_what_protobuf_reads(
    resources: list[Resource], version: str, nonce: str
) -> None:
    """T7: every resource arrives in an Any of the response's own type, body untouched."""
    raw = sotw_response(CLUSTER, Version(version), nonce, map(encode, resources))
    expected = discovery_pb2.DiscoveryResponse(type_url=CLUSTER, version_info=version, nonce=nonce)
    for resource in resources:
        expected.resources.add(type_url=CLUSTER, value=resource.body)
    assert discovery_pb2.DiscoveryResponse.FromString(raw) == expected


@given(RESOURCES, TEXT, TEXT, st.lists(TEXT, max_size=3))
def test_delta_bytes_are_what_protobuf_reads(
    resources: list[Resource], version: str, nonce: str, removed: list[str]
) -> None:
    """T7: every resource arrives with its name and version, and removals beside them."""
    names = [ResourceName(name) for name in removed]
    raw = delta_response(CLUSTER, Version(version), nonce, map(encode, resources), names)
    expected = discovery_pb2.DeltaDiscoveryResponse(
        type_url=CLUSTER, system_version_info=version, nonce=nonce, removed_resources=removed
    )
    for resource in resources:
        sent = expected.resources.add(name=resource.name, version=resource.version)
        sent.resource.type_url = CLUSTER
        sent.resource.value = resource.body
    got = discovery_pb2.DeltaDiscoveryResponse.FromString(raw)
    assert got == expected


@pytest.mark.parametrize("size", [0, 1, 127, 128, 16_383, 16_384, 2_097_152])
def test_lengths_around_the_steps_of_a_varint(size: int) -> None:
    """A body of any length is framed right, also where the length grows by a byte."""
    resource = Resource(TypeUrl("t"), ResourceName("n"), Version("v"), b"x" * size)
    raw = delta_response(TypeUrl("t"), Version(""), "1", [encode(resource)], [])
    got = discovery_pb2.DeltaDiscoveryResponse.FromString(raw)
    assert got.resources[0].resource.value == resource.body
