"""The smallest aggregated discovery service: one snapshot, state of the world, by name."""

import queue
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
from protogen.envoy.service.discovery.v3 import discovery_pb2 as discovery

from libs.compile.proxy import proxy_from_node
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World
from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.xds import Snapshot

_SERVICE = "envoy.service.discovery.v3.AggregatedDiscoveryService"
_END = None


@contextmanager
def serving(world: World, refusals: list[str]) -> Iterator[int]:
    """Serve the view of whoever asks; yields the port. What clients refuse goes to `refusals`."""

    def stream(
        requests: Iterator[discovery.DiscoveryRequest], _: grpc.ServicerContext
    ) -> Iterator[discovery.DiscoveryResponse]:
        answers: queue.SimpleQueue[discovery.DiscoveryResponse | None] = queue.SimpleQueue()
        reader = threading.Thread(target=_answer, args=(requests, world, answers, refusals))
        reader.daemon = True
        reader.start()
        yield from iter(answers.get, _END)

    handler = grpc.stream_stream_rpc_method_handler(
        stream,
        discovery.DiscoveryRequest.FromString,
        discovery.DiscoveryResponse.SerializeToString,
    )
    server = grpc.server(ThreadPoolExecutor(4))
    methods = {"StreamAggregatedResources": handler}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler(_SERVICE, methods),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()


def _answer(
    requests: Iterator[discovery.DiscoveryRequest],
    world: World,
    answers: "queue.SimpleQueue[discovery.DiscoveryResponse | None]",
    refusals: list[str],
) -> None:
    """Answer each new set of names once."""
    snapshot: Snapshot | None = None
    known: dict[str, frozenset[str]] = {}
    try:
        for request in requests:
            if request.error_detail.message:
                refusals.append(request.error_detail.message)
            if snapshot is None:
                proxy = proxy_from_node(request.node.SerializeToString())
                snapshot = compile_snapshot(world, proxy).snapshot
            names = frozenset(request.resource_names)
            if known.get(request.type_url) != names:
                known[request.type_url] = names
                answers.put(_response(snapshot, request.type_url, names))
    except grpc.RpcError:
        pass  # the client went away
    finally:
        answers.put(_END)


def _response(
    snapshot: Snapshot, type_url: str, names: frozenset[str]
) -> discovery.DiscoveryResponse:
    response = discovery.DiscoveryResponse(
        version_info=snapshot.version, type_url=type_url, nonce=f"{type_url}{sorted(names)}"
    )
    held = snapshot.of(TypeUrl(type_url))
    for name in sorted(names & held.keys()):
        response.resources.add(type_url=type_url, value=held[ResourceName(name)].body)
    return response
