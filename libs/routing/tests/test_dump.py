"""Config dumps of foreign control planes, and views of our own."""

import pytest
from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.envoy.snapshot import resource, snapshot_of
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.routing.dump import DumpError, from_dump
from libs.routing.outcome import UndecidedError, understood
from libs.routing.resources import from_snapshot
from libs.routing.tests.envoys import ask, cluster, envoy, listener, tcp


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"configs": 1}'])
def test_what_is_no_dump_is_said(text: str) -> None:
    """The sentence says what to give instead."""
    with pytest.raises(DumpError, match="config dump"):
        from_dump(text)


def test_a_resource_of_a_newer_envoy_is_not_passed_over() -> None:
    """A field that is not known makes answers open, where they need that resource."""
    newer = {**cluster("c", "10.0.0.1:80"), "field_of_tomorrow": 1}
    resources = envoy([listener("l", 80, [{"filters": [tcp("c")]}])], [newer])
    found = ask(resources)
    assert found.undecided is not None
    assert "field_of_tomorrow" in found.undecided


def test_a_compiled_view_is_read_by_name() -> None:
    """Bytes become messages again."""
    message = cluster_pb2.Cluster(name="c")
    snapshot = snapshot_of([resource(xds.CLUSTER, ResourceName("c"), message)])
    assert from_snapshot(snapshot).clusters == {"c": message}


def test_only_known_fields_are_understood() -> None:
    """The first other one is named."""
    message = cluster_pb2.Cluster(name="c", alt_stat_name="d")
    understood(message, ("name", "alt_stat_name"), "cluster")
    with pytest.raises(UndecidedError, match=r"cluster\.alt_stat_name"):
        understood(message, ("name",), "cluster")
