"""gRPC upstreams that answer with what reached them, and fail when a call asks for it.

A call says with `x-fail-attempts: N` that its first N attempts are UNAVAILABLE; attempts are in
`x-envoy-attempt-count`.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import grpc

from tests.e2e.echo import Addresses

METHOD = "/periplus.Echo/Say"
_THREADS = 2


class _Echo(grpc.GenericRpcHandler):
    def __init__(self, workload: str) -> None:
        self._workload = workload

    def service(
        self, details: grpc.HandlerCallDetails
    ) -> "grpc.RpcMethodHandler[bytes, bytes] | None":
        """Answer every method alike."""
        method = details.method

        def say(_: bytes, context: grpc.ServicerContext) -> bytes:
            sent = context.invocation_metadata()
            headers = {str(key): str(value) for key, value in sent}
            attempt = int(headers.get("x-envoy-attempt-count", 1))
            if attempt <= int(headers.get("x-fail-attempts", 0)):
                context.abort(grpc.StatusCode.UNAVAILABLE, "as asked")
            seen = {"workload": self._workload, "path": method, "attempt": attempt}
            return json.dumps({**seen, "headers": headers}).encode()

        return grpc.unary_unary_rpc_method_handler(say)


@contextmanager
def grpc_echoes(addresses: Addresses) -> Iterator[None]:
    """Serve all addresses while the context lasts."""
    with ExitStack() as stack:
        for (host, port), workload in addresses.items():
            server = grpc.server(ThreadPoolExecutor(_THREADS))
            server.add_generic_rpc_handlers((_Echo(workload),))
            server.add_insecure_port(f"{host}:{port}")
            server.start()
            stack.callback(_stop, server)
        yield


def _stop(server: grpc.Server) -> None:
    server.stop(None).wait()
