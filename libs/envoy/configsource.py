"""Where Envoy gets a referenced resource from: always the one aggregated stream."""

from protogen.envoy.config.core.v3 import config_source_pb2

from libs.envoy.wellknown import NO_TIME, duration


def aggregated() -> config_source_pb2.ConfigSource:
    """Return the aggregated stream; Envoy waits for the first answer as long as it takes."""
    return config_source_pb2.ConfigSource(
        ads=config_source_pb2.AggregatedConfigSource(),
        resource_api_version=config_source_pb2.ApiVersion.V3,
        initial_fetch_timeout=duration(NO_TIME),
    )
