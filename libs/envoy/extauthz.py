"""Decisions of another service about calls: asked for those that rules tried before point out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, cast

from protogen.envoy.config.core.v3 import config_source_pb2, grpc_service_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.http.ext_authz.v3 import ext_authz_pb2 as http_pb2
from protogen.envoy.extensions.filters.network.ext_authz.v3 import ext_authz_pb2 as network_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.type.matcher.v3 import metadata_pb2, string_pb2, value_pb2
from protogen.envoy.type.v3 import http_status_pb2

from libs.envoy import rbac
from libs.envoy.anys import pack
from libs.envoy.wellknown import duration

HTTP_NAME: Final = "envoy.filters.http.ext_authz"
NETWORK_NAME: Final = "envoy.filters.network.ext_authz"
TIMEOUT: Final = timedelta(seconds=600)
"""Istio's default."""

_V3: Final = config_source_pb2.ApiVersion.V3


@dataclass(frozen=True, slots=True)
class Asked:
    """When the service is asked: rules of `prefix` were tried, and one hit begins like `policy`."""

    prefix: str
    policy: str

    def condition(self, filter_name: str) -> metadata_pb2.MetadataMatcher:
        """Return the condition on what the filter that tried the rules noted."""
        begins = value_pb2.ValueMatcher(string_match=string_pb2.StringMatcher(prefix=self.policy))
        return rbac.in_metadata(filter_name, [self.prefix + rbac.POLICY_ID], begins)


def by_grpc(cluster: str, timeout: timedelta) -> grpc_service_pb2.GrpcService:
    """Return a service that is asked by gRPC; its name must not have the marks of a cluster's."""
    result = grpc_service_pb2.GrpcService(timeout=duration(timeout))
    result.envoy_grpc.cluster_name = cluster
    result.envoy_grpc.authority = cluster.replace("|", "_.")
    return result


def by_http(cluster: str, host: str, timeout: timedelta, path_prefix: str) -> http_pb2.HttpService:
    """Return a service that gets a copy of a request without its body."""
    result = http_pb2.HttpService(path_prefix=path_prefix)
    result.server_uri.uri = f"http://{host}"
    result.server_uri.cluster = cluster
    result.server_uri.timeout.CopyFrom(duration(timeout))
    return result


def names(written: Sequence[str]) -> string_pb2.ListStringMatcher:
    """Return a matcher of header names by their patterns."""
    several = [rbac.pattern(one, any_case=True) for one in written]
    return string_pb2.ListStringMatcher(patterns=several)


def answered(status: str) -> int:
    """Return a status that Envoy can answer with, 0 for any other text."""
    number = int(status) if status.isdecimal() else 0
    return number if number in http_status_pb2.StatusCode.values() else 0


def http_filter(asked: Asked, config: http_pb2.ExtAuthz, status: int) -> hcm_pb2.HttpFilter:
    """Complete a filter of requests; `status` answers when the service does not, 0 is 403."""
    config.transport_api_version = _V3
    config.filter_enabled_metadata.CopyFrom(asked.condition(rbac.HTTP_NAME))
    if status:
        config.status_on_error.code = cast("http_status_pb2.StatusCode", status)
    return hcm_pb2.HttpFilter(name=HTTP_NAME, typed_config=pack(config))


def network_filter(
    asked: Asked, service: grpc_service_pb2.GrpcService, *, fail_open: bool
) -> lc.Filter:
    """Return a filter of connections."""
    config = network_pb2.ExtAuthz(
        stat_prefix="tcp.",
        grpc_service=service,
        failure_mode_allow=fail_open,
        transport_api_version=_V3,
        filter_enabled_metadata=asked.condition(rbac.NETWORK_NAME),
    )
    return lc.Filter(name=NETWORK_NAME, typed_config=pack(config))
