"""Bootstraps, as the real Envoy reads them."""

import pytest

from libs.envoy.bootstrap import AgentSettings, BootstrapSettings, bootstrap


@pytest.mark.parametrize(("delta", "variant"), [(True, "DELTA_GRPC"), (False, "GRPC")])
def test_both_variants_of_the_protocol_can_be_chosen(delta: bool, variant: str) -> None:  # noqa: FBT001 - the choice itself
    """Everything comes on the one aggregated stream of the chosen variant."""
    made = bootstrap(BootstrapSettings("id", "127.0.0.1", 15010, delta=delta))
    assert made["dynamic_resources"]["ads_config"]["api_type"] == variant


@pytest.mark.parametrize(("host", "kind"), [("127.0.0.1", "STATIC"), ("xds.example", "STRICT_DNS")])
def test_a_name_is_resolved_and_an_address_is_not(host: str, kind: str) -> None:
    """Envoy refuses a name in a static cluster."""
    made = bootstrap(BootstrapSettings("id", host, 15010))
    assert made["static_resources"]["clusters"][0]["type"] == kind


def test_node_and_admin_are_as_given() -> None:
    """Who the Envoy is, and where a person asks it."""
    settings = BootstrapSettings(
        "id", "127.0.0.1", 15010, {"NAMESPACE": "shop"}, admin_host="127.0.0.2", admin_port=1
    )
    made = bootstrap(settings)
    assert made["node"]["id"] == "id"
    assert made["node"]["metadata"] == {"NAMESPACE": "shop"}
    address = made["admin"]["address"]["socket_address"]
    assert address == {"address": "127.0.0.2", "port_value": 1}


def test_with_an_agent_the_stream_is_mutual_tls() -> None:
    """Certificate and roots come over the agent's socket; the server needs one of the names."""
    agent = AgentSettings("/run/agent/sds.sock", ("xds.example",))
    made = bootstrap(BootstrapSettings("sidecar~1~a.b~b", "10.0.0.1", 15012, agent=agent))
    xds, sds = made["static_resources"]["clusters"]
    assert sds["name"] == "sds-grpc"
    (endpoint,) = sds["load_assignment"]["endpoints"][0]["lb_endpoints"]
    assert endpoint["endpoint"]["address"] == {"pipe": {"path": "/run/agent/sds.sock"}}
    common = xds["transport_socket"]["typedConfig"]["commonTlsContext"]
    assert common["tlsCertificateSdsSecretConfigs"][0]["name"] == "default"
    assert "xds.example" in str(common["combinedValidationContext"])
    assert "transport_socket" not in str(bootstrap(BootstrapSettings("a", "10.0.0.1", 1)))
