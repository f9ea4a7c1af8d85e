"""Limits of the certificate service, each with its unit."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaLimits:
    """Beyond `calls_max` at once a call is refused with RESOURCE_EXHAUSTED; clients come again."""

    calls_max: int = 128
    request_bytes_max: int = 64 * 1024
    answer_bytes_max: int = 1024 * 1024
    call_timeout_s: float = 10.0

    def server_options(self) -> list[tuple[str, int]]:
        """Render as gRPC channel arguments."""
        return [
            ("grpc.max_receive_message_length", self.request_bytes_max),
            # Otherwise a second server on the address would silently get half of the callers.
            ("grpc.so_reuseport", 0),
        ]
