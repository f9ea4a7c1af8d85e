"""Who a proxy says it is."""

import pytest
from protogen.envoy.config.core.v3 import base_pb2

from libs.envoy.node import NodeError, parse_node, parse_node_id


def test_a_sidecars_id_names_address_workload_and_namespace() -> None:
    """All four parts of Istio's form are read."""
    found = parse_node_id("sidecar~10.0.0.1~web-1.shop~shop.svc.mesh.example", {})
    assert (found.kind, found.ip, found.workload, found.namespace, found.domain) == (
        "sidecar",
        "10.0.0.1",
        "web-1",
        "shop",
        "mesh.example",
    )


@pytest.mark.parametrize(
    ("node_id", "sentence"),
    [
        pytest.param("web-1", "has 1 parts; write `sidecar~<ip>", id="another form"),
        pytest.param("agent~1~a.b~c", "starts with `agent`, not sidecar or router", id="a kind"),
        pytest.param("sidecar~1~web~c", "names no `<pod>.<namespace>`", id="no namespace"),
        pytest.param("", "has 1 parts", id="nothing"),
    ],
)
def test_an_id_that_cannot_be_read_is_refused_with_a_sentence(node_id: str, sentence: str) -> None:
    """The sentence says which part is wrong."""
    with pytest.raises(NodeError, match=sentence.split("`", maxsplit=1)[0]) as caught:
        parse_node_id(node_id, {})
    assert sentence in str(caught.value)


def test_a_node_message_is_read_with_its_metadata() -> None:
    """Texts and maps of texts are given as such; anything else reads as absent."""
    node = base_pb2.Node(id="router~10.0.0.1~gw.edge~edge.svc.cluster.local")
    node.metadata.update({"NAMESPACE": "edge", "LABELS": {"b": "2", "a": "1", "n": 3}, "N": 1})
    found = parse_node(node.SerializeToString())
    assert found.text("NAMESPACE") == "edge"
    assert found.text("N") == ""
    assert list(found.texts("LABELS").items()) == [("a", "1"), ("b", "2")]
    assert not found.grpc_client


def test_a_grpc_client_is_known_by_its_user_agent() -> None:
    """Such a client names itself, not its kind."""
    node = base_pb2.Node(id="sidecar~1~a.b~b.svc.c", user_agent_name="gRPC C-core linux")
    assert parse_node(node.SerializeToString()).grpc_client


def test_bytes_that_are_no_node_are_refused() -> None:
    """Whatever a stream sends."""
    with pytest.raises(NodeError, match="no Envoy node"):
        parse_node(b"\xff\xff\xff")
