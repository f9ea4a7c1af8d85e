"""The load reporting service: proxies tell how much they send to each cluster."""

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Final

import grpc
from google.protobuf import duration_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.endpoint.v3 import load_report_pb2
from protogen.envoy.service.load_stats.v3 import lrs_pb2

from libs.kernel.ids import ProxyId, ResourceName
from libs.pki.shown import shown_pem
from libs.xdsproto.loads import Load, Loads

SERVICE: Final = "envoy.service.load_stats.v3.LoadReportingService"
STREAMS_MAX: Final = 5_000
_Context = grpc.aio.ServicerContext[lrs_pb2.LoadStatsRequest, lrs_pb2.LoadStatsResponse]
Denial = Callable[[base_pb2.Node, bytes], str]


class LoadReports:
    """Asks every proxy that opens a stream for all of its clusters, each `interval_s` seconds."""

    def __init__(self, loads: Loads, denial: Denial, interval_s: float) -> None:
        """Keep reports in `loads`; `denial` says why a node may not report, empty lets it."""
        self._loads = loads
        self._denial = denial
        self._open = 0
        self._interval = duration_pb2.Duration()
        self._interval.FromNanoseconds(int(interval_s * 1e9))

    def handler(self) -> grpc.GenericRpcHandler:
        """Return what a server is to serve."""
        method = grpc.stream_stream_rpc_method_handler(
            self._serve,
            lrs_pb2.LoadStatsRequest.FromString,
            lrs_pb2.LoadStatsResponse.SerializeToString,
        )
        return grpc.method_handlers_generic_handler(SERVICE, {"StreamLoadStats": method})

    async def _serve(
        self, requests: AsyncIterator[lrs_pb2.LoadStatsRequest], context: _Context
    ) -> AsyncIterator[lrs_pb2.LoadStatsResponse]:
        proxy = ProxyId("")
        if self._open >= STREAMS_MAX:
            reason = f"this server has {self._open} streams of reports, which is all that it may"
            await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, reason)
        self._open += 1
        try:
            async for request in requests:
                if not proxy:
                    denial = self._denial(request.node, shown_pem(context.auth_context()))
                    if denial or not request.node.id:
                        reason = denial or "the first report of a stream needs a node with an id"
                        await context.abort(grpc.StatusCode.PERMISSION_DENIED, reason)
                    proxy = ProxyId(request.node.id)
                    yield lrs_pb2.LoadStatsResponse(
                        send_all_clusters=True, load_reporting_interval=self._interval
                    )
                self._loads.note(proxy, _loads(request))
        finally:
            self._open -= 1
            self._loads.leave(proxy)


def _loads(request: lrs_pb2.LoadStatsRequest) -> Iterator[Load]:
    return map(_load, request.cluster_stats)


def _load(one: load_report_pb2.ClusterStats) -> Load:
    places = one.upstream_locality_stats
    return Load(
        cluster=ResourceName(one.cluster_name),
        interval_s=one.load_report_interval.ToNanoseconds() / 1e9,
        requests=sum(each.total_issued_requests for each in places),
        errors=sum(each.total_error_requests for each in places),
        dropped=one.total_dropped_requests,
        in_progress=sum(each.total_requests_in_progress for each in places),
    )
