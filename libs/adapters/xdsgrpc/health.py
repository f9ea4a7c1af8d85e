"""The standard health check of gRPC, so that a load balancer or a probe can ask.

Two enum values are the whole of its messages, so they are written as the bytes that they are.
"""

from collections.abc import Callable

import grpc

SERVICE = "grpc.health.v1.Health"

SERVING = b"\x08\x01"
NOT_SERVING = b"\x08\x02"


def handler(is_serving: Callable[[], bool]) -> grpc.GenericRpcHandler:
    """Answer `Check` for the server as a whole, whatever service the request names."""

    async def check(_request: bytes, _context: grpc.aio.ServicerContext[bytes, bytes]) -> bytes:
        return SERVING if is_serving() else NOT_SERVING

    method: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
        check, None, None
    )
    return grpc.method_handlers_generic_handler(SERVICE, {"Check": method})
