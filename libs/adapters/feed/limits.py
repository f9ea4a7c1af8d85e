"""Limits and keep-alive of the feed's connections, the same on both sides."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FeedLimits:
    """Sizes in bytes, times in seconds.

    `message_bytes_max` bounds one event, so the biggest full view. A peer that does not answer a
    keep-alive ping within `keepalive_timeout_s` counts as gone. Reconnecting waits between
    `backoff_s_min` and `backoff_s_max`, doubling, with jitter. That a proxy has not answered is
    told when it has not for about `unanswered_s`.
    """

    message_bytes_max: int = 64 * 1024 * 1024
    keepalive_interval_s: float = 10.0
    keepalive_timeout_s: float = 5.0
    backoff_s_min: float = 0.05
    backoff_s_max: float = 2.0
    waiting_events_max: int = 100_000
    unanswered_s: float = 0.2

    def channel_options(self) -> list[tuple[str, int]]:
        """Render as gRPC channel arguments, valid for client and server."""
        interval_ms = int(self.keepalive_interval_s * 1000)
        return [
            ("grpc.max_send_message_length", self.message_bytes_max),
            ("grpc.max_receive_message_length", self.message_bytes_max),
            ("grpc.keepalive_time_ms", interval_ms),
            ("grpc.keepalive_timeout_ms", int(self.keepalive_timeout_s * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            # Half, so that the peer's punctual pings are never taken for a flood.
            ("grpc.http2.min_ping_interval_without_data_ms", interval_ms // 2),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", interval_ms // 2),
        ]
