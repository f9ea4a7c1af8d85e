"""The fault filter: delays and aborts that the calling proxy makes itself."""

from datetime import timedelta
from typing import Final

from protogen.envoy.extensions.filters.common.fault.v3.fault_pb2 import FaultDelay
from protogen.envoy.extensions.filters.http.fault.v3.fault_pb2 import FaultAbort, HTTPFault
from protogen.envoy.type.v3 import percent_pb2

from libs.envoy.wellknown import duration

__all__ = [
    "FaultAbort",
    "FaultDelay",
    "HTTPFault",
    "delay",
    "grpc_abort",
    "http_abort",
    "http_fault",
]

FILTER_NAME: Final = "envoy.filters.http.fault"
_MILLIONTHS_PER_PERCENT = 10_000


def share(percent: float) -> percent_pb2.FractionalPercent:
    """Return a share of requests, exact to a millionth."""
    return percent_pb2.FractionalPercent(
        numerator=round(percent * _MILLIONTHS_PER_PERCENT),
        denominator=percent_pb2.FractionalPercent.MILLION,
    )


def delay(fixed: timedelta, percent: float) -> FaultDelay:
    """Return a delay of fixed length for a share of the requests."""
    return FaultDelay(fixed_delay=duration(fixed), percentage=share(percent))


def http_abort(status: int, percent: float) -> FaultAbort:
    """Return an answer with an HTTP status for a share of the requests."""
    return FaultAbort(http_status=status, percentage=share(percent))


def grpc_abort(status: int, percent: float) -> FaultAbort:
    """Return an answer with a gRPC status number for a share of the requests."""
    return FaultAbort(grpc_status=status, percentage=share(percent))


def http_fault(delay: FaultDelay | None, abort: FaultAbort | None) -> HTTPFault:
    """Return what one route does; without both, the filter does nothing there."""
    return HTTPFault(delay=delay, abort=abort)
