"""The tables say of every field what protobuf's own descriptors say."""

import pytest
from google.protobuf.descriptor import FieldDescriptor
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2

from libs.confighash.schema import SCHEMAS, camel, enum, knows

MESSAGES = [cluster_pb2.Cluster, listener_pb2.Listener, route_components_pb2.RouteAction]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda each: str(each.DESCRIPTOR.name))
def test_json_names_are_those_of_protobuf(message: type) -> None:
    """Both names of a field lead to its number."""
    described: list[FieldDescriptor] = message.DESCRIPTOR.fields  # type: ignore[attr-defined]
    by_name = SCHEMAS[message.DESCRIPTOR.full_name].by_name  # type: ignore[attr-defined]
    for field in described:
        assert by_name[field.name].number == by_name[field.json_name].number == field.number
        assert camel(field.name) == field.json_name


def test_enums_are_known_by_name() -> None:
    """The number of a value is found by its full type."""
    assert enum("envoy.config.cluster.v3.Cluster.DiscoveryType")["EDS"] == 3


def test_a_type_of_others_is_not_known() -> None:
    """What the tables lack is said, not guessed."""
    assert not knows("own.Type")
