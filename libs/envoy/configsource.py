"""Where Envoy gets a referenced resource from: the one aggregated stream, or its own agent."""

from typing import Final

from protogen.envoy.config.core.v3 import config_source_pb2, grpc_service_pb2

from libs.envoy.wellknown import NO_TIME, duration

AGENT_CLUSTER: Final = "sds-grpc"
"""Istio's name for the agent in the bootstraps of its proxies."""


def aggregated() -> config_source_pb2.ConfigSource:
    """Return the aggregated stream; Envoy waits for the first answer as long as it takes."""
    return config_source_pb2.ConfigSource(
        ads=config_source_pb2.AggregatedConfigSource(),
        resource_api_version=config_source_pb2.ApiVersion.V3,
        initial_fetch_timeout=duration(NO_TIME),
    )


def agent() -> config_source_pb2.ConfigSource:
    """Return the agent beside the proxy, which serves the workload's own certificate."""
    service = grpc_service_pb2.GrpcService()
    service.envoy_grpc.cluster_name = AGENT_CLUSTER
    return config_source_pb2.ConfigSource(
        api_config_source=config_source_pb2.ApiConfigSource(
            api_type=config_source_pb2.ApiConfigSource.GRPC,
            transport_api_version=config_source_pb2.ApiVersion.V3,
            set_node_on_first_message_only=True,
            grpc_services=[service],
        ),
        resource_api_version=config_source_pb2.ApiVersion.V3,
        initial_fetch_timeout=duration(NO_TIME),
    )
