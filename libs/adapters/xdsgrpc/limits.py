"""Limits of the discovery server, each with its unit."""

from dataclasses import dataclass, field

from libs.xdsproto.engine import StreamLimits


@dataclass(frozen=True, slots=True)
class XdsLimits:
    """Beyond a count a stream is closed with RESOURCE_EXHAUSTED; proxies keep what they have.

    A proxy that does not answer a keep-alive ping within `keepalive_timeout_s` counts as gone, so
    that half-open connections do not look connected for hours.
    """

    streams_max: int = 5_000
    request_bytes_max: int = 16 * 1024 * 1024
    window_bytes: int = 256 * 1024
    keepalive_interval_s: float = 30.0
    keepalive_timeout_s: float = 20.0
    stream: StreamLimits = field(default_factory=StreamLimits)

    def server_options(self, *, shares_port: bool = False) -> list[tuple[str, int]]:
        """Render as gRPC channel arguments.

        With `shares_port` further servers may listen on the same port, and the kernel spreads
        connections over all of them.
        """
        return [
            ("grpc.max_receive_message_length", self.request_bytes_max),
            ("grpc.max_send_message_length", -1),
            ("grpc.keepalive_time_ms", int(self.keepalive_interval_s * 1000)),
            ("grpc.keepalive_timeout_ms", int(self.keepalive_timeout_s * 1000)),
            # The time for keep-alives alone ends no connection whose end acknowledges bytes.
            ("grpc.http2.ping_timeout_ms", int(self.keepalive_timeout_s * 1000)),
            # No pings that measure the connection: they cost more than small requests gain by them.
            ("grpc.http2.bdp_probe", 0),
            ("grpc.http2.lookahead_bytes", self.window_bytes),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", 5_000),
            # Otherwise a second server on the address would silently get half of the proxies.
            ("grpc.so_reuseport", int(shares_port)),
        ]
