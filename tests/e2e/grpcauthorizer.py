"""Services of gRPC that proxies ask about calls: their header `x-verdict` says what they answer.

`allow` lets a call through with what was told of it in headers; everything else is refused, and so
is every bare connection.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import grpc
from protogen.envoy.service.auth.v3.external_auth_pb2 import CheckRequest, CheckResponse
from protogen.envoy.type.v3 import http_status_pb2

from tests.e2e.echo import Addresses

_SERVICE, _METHOD = "envoy.service.auth.v3.Authorization", "Check"
_THREADS = 2


@contextmanager
def grpc_authorizers(addresses: Addresses) -> Iterator[None]:
    """Serve all addresses while the context lasts."""
    with ExitStack() as exits:
        for (host, port), workload in addresses.items():
            server = grpc.server(ThreadPoolExecutor(_THREADS))
            server.add_generic_rpc_handlers((_handler(workload),))
            server.add_insecure_port(f"{host}:{port}")
            server.start()
            exits.callback(_stop, server)
        yield


def _stop(server: grpc.Server) -> None:
    server.stop(None).wait()


def _handler(workload: str) -> grpc.GenericRpcHandler:
    def check(request: CheckRequest, _: grpc.ServicerContext) -> CheckResponse:
        asked = request.attributes.request.http
        if asked.headers.get("x-verdict") != "allow":
            return _refusal(workload)
        answer = CheckResponse()
        told = {
            "x-asked": f"{asked.method} {asked.host}{asked.path}",
            "x-principal": request.attributes.source.principal,
        }
        for name, value in told.items():
            added = answer.ok_response.headers.add()
            added.header.key, added.header.value = name, value
        return answer

    method = grpc.unary_unary_rpc_method_handler(
        check, CheckRequest.FromString, CheckResponse.SerializeToString
    )
    return grpc.method_handlers_generic_handler(_SERVICE, {_METHOD: method})


def _refusal(workload: str) -> CheckResponse:
    answer = CheckResponse()
    answer.status.code = grpc.StatusCode.PERMISSION_DENIED.value[0]
    answer.denied_response.status.code = http_status_pb2.PaymentRequired
    answer.denied_response.body = f"refused by {workload}"
    return answer
