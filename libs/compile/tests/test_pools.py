"""Limits of a cluster."""

import pytest
from protogen.envoy.extensions.upstreams.http.v3.http_protocol_options_pb2 import (
    HttpProtocolOptions,
)

from libs.compile import pools
from libs.envoy import cluster
from libs.envoy.cluster import LoadBalancing
from libs.meshapi.trafficpolicy import (
    ConnectionPool,
    HTTPSettings,
    RetryBudget,
    TrafficPolicy,
)
from libs.registry.service import Protocol, ServicePort

UNLIMITED = 2**32 - 1


def _port(protocol: Protocol) -> ServicePort:
    return ServicePort("p", 80, protocol, 80)


def _options(http: HTTPSettings, protocol: Protocol) -> HttpProtocolOptions:
    built = cluster.by_discovery("c", LoadBalancing.RANDOM, http2=protocol.is_http2)
    pools.apply(built, TrafficPolicy(connection_pool=ConnectionPool(http=http)), _port(protocol))
    return cluster.http_options(built)


def test_what_is_not_written_stays_unlimited() -> None:
    """One limit leaves the others alone."""
    built = cluster.by_discovery("c", LoadBalancing.RANDOM)
    policy = TrafficPolicy(connection_pool=ConnectionPool(http=HTTPSettings(http2_max_requests=5)))
    pools.apply(built, policy, _port(Protocol.HTTP))
    (limits,) = built.circuit_breakers.thresholds
    assert (limits.max_requests.value, limits.max_retries.value) == (5, UNLIMITED)


def test_a_retry_budget_has_a_share_even_when_only_its_minimum_is_written() -> None:
    """Envoy's own share of a fifth counts."""
    built = cluster.by_discovery("c", LoadBalancing.RANDOM)
    policy = TrafficPolicy(retry_budget=RetryBudget(min_retry_concurrency=2))
    pools.apply(built, policy, _port(Protocol.HTTP))
    budget = built.circuit_breakers.thresholds[0].retry_budget
    assert (budget.budget_percent.value, budget.min_retry_concurrency.value) == (20, 2)


@pytest.mark.parametrize(
    ("http", "protocol", "expected"),
    [
        pytest.param(HTTPSettings(), Protocol.HTTP, "http_protocol_options", id="plain"),
        pytest.param(HTTPSettings(), Protocol.GRPC, "http2_protocol_options", id="gRPC"),
        pytest.param(
            HTTPSettings(h2_upgrade_policy="UPGRADE"),
            Protocol.HTTP,
            "http2_protocol_options",
            id="upgraded",
        ),
    ],
)
def test_the_version_of_http_is_the_ports_or_the_rules(
    http: HTTPSettings, protocol: Protocol, expected: str
) -> None:
    """A rule may lift a plain port to HTTP/2."""
    found = _options(http, protocol)
    assert found.explicit_http_config.WhichOneof("protocol_config") == expected


def test_the_clients_version_can_be_kept() -> None:
    """The endpoint is asked in the version of the call."""
    found = _options(HTTPSettings(use_client_protocol=True), Protocol.HTTP)
    assert found.HasField("use_downstream_protocol_config")
