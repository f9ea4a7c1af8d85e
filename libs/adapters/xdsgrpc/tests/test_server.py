"""The discovery server against raw gRPC clients: what it accepts, refuses and limits."""

import asyncio
from pathlib import Path
from typing import Any

import grpc
import pytest
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc import health
from libs.adapters.xdsgrpc.limits import XdsLimits
from libs.adapters.xdsgrpc.server import XdsServer
from libs.adapters.xdsgrpc.services import EVERY, PER_TYPE, SECRETS, Service
from libs.adapters.xdsgrpc.tests.serving import (
    BOTH,
    WAIT_S,
    Call,
    Open,
    Owner,
    _empty,
    delta,
    run,
    serving,
    sotw,
)
from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.looperrors import StalledError
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, LISTENER, Resource
from libs.xdsproto.engine import StreamLimits
from libs.xdsproto.published import full


@pytest.mark.parametrize("kind", ["tcp", "unix"])
@BOTH
def test_a_proxy_asks_and_gets(variant: Open, kind: str, tmp_path: Path) -> None:
    """T3: the node of the first request counts for the stream; answers and ACKs follow."""
    address = "127.0.0.1:0" if kind == "tcp" else f"unix:{tmp_path / 'xds.sock'}"
    owner = Owner()

    async def conversation() -> None:
        async with serving(address, owner) as (_, channel):
            call = variant(channel)
            await call.say(type_url=CLUSTER, node={"id": "p", "extensions": [{"name": "x"}]})
            answer = await call.hear()
            assert isinstance(
                answer, discovery_pb2.DiscoveryResponse | discovery_pb2.DeltaDiscoveryResponse
            )
            assert (answer.type_url, len(answer.resources)) == (CLUSTER, 1)
            await call.say(type_url=CLUSTER, response_nonce=answer.nonce)
            await call.say(type_url=LISTENER, node={"id": "another"})
            await call.hear()
            assert [stream.proxy for stream in owner.streams] == ["p"]
            node = owner.streams[0].node
            assert node is not None
            assert not node.extensions
            assert owner.records[-1].sync is SyncStatus.STALE
            call.call.cancel()
            assert (await asyncio.wait_for(owner.closed.get(), WAIT_S)).proxy == "p"

    run(conversation())


@BOTH
def test_a_nack_keeps_its_text(variant: Open) -> None:
    """A NACK is told with the proxy's words, and with a sentence when it has none."""
    owner = Owner()

    async def conversation() -> None:
        async with serving("127.0.0.1:0", owner) as (_, channel):
            for error, text in [({"message": "bad"}, "bad"), ({"code": 13}, "status code 13")]:
                call = variant(channel)
                await call.say(type_url=CLUSTER, node={"id": "p"})
                answer = await call.hear()
                nonce = getattr(answer, "nonce", "")
                await call.say(type_url=CLUSTER, response_nonce=nonce, error_detail=error)
                await call.say(type_url=LISTENER)
                await call.hear()
                assert text in owner.records[-1].error
                assert owner.records[-1].sync is SyncStatus.REFUSED

    run(conversation())


@BOTH
@pytest.mark.parametrize(
    ("request_fields", "text"),
    [
        ({"type_url": "", "node": {"id": "p"}}, "needs a type_url"),
        ({"type_url": CLUSTER}, "needs a node with an id"),
    ],
    ids=["no type", "no node"],
)
def test_an_unusable_request_is_answered_with_a_sentence(
    variant: Open, request_fields: dict[str, object], text: str
) -> None:
    """T2, T3: INVALID_ARGUMENT, and what is missing."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner()) as (_, channel):
            call = variant(channel)
            await call.say(**request_fields)
            code, details = await call.end()
            assert code is grpc.StatusCode.INVALID_ARGUMENT
            assert text in details

    run(conversation())


@BOTH
def test_a_rejected_proxy_gets_the_reason(variant: Open) -> None:
    """The compiler's reason ends the stream."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner("no such cluster")) as (_, channel):
            call = variant(channel)
            await call.say(type_url=CLUSTER, node={"id": "p"})
            assert await call.end() == (grpc.StatusCode.FAILED_PRECONDITION, "no such cluster")

    run(conversation())


def test_more_streams_than_allowed_are_refused_and_room_is_made_again() -> None:
    """A stream beyond the limit is refused; one that ended makes room."""
    owner = Owner()

    async def conversation() -> None:
        limits = XdsLimits(streams_max=1)
        async with serving("127.0.0.1:0", owner, limits) as (server, channel):
            first = delta(channel)
            await first.say(type_url=CLUSTER, node={"id": "p"})
            await first.hear()
            second = delta(channel)
            assert (await second.end())[0] is grpc.StatusCode.RESOURCE_EXHAUSTED
            first.call.cancel()
            await asyncio.wait_for(owner.closed.get(), WAIT_S)
            assert await _empty(server)
            third = delta(channel)
            await third.say(type_url=CLUSTER, node={"id": "r"})
            await third.hear()

    run(conversation())


@pytest.mark.parametrize(
    "limits",
    [
        XdsLimits(request_bytes_max=10_000),
        XdsLimits(stream=StreamLimits(names_max=100)),
    ],
    ids=["bytes", "names"],
)
def test_a_request_beyond_a_limit_ends_its_stream_only(limits: XdsLimits) -> None:
    """One proxy that asks for too much is refused; others are served."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner(), limits) as (_, channel):
            greedy, modest = delta(channel), delta(channel)
            names = [f"a-name-that-is-long-enough-{number}" for number in range(1_000)]
            await greedy.say(type_url=CLUSTER, node={"id": "p"}, resource_names_subscribe=names)
            assert (await greedy.end())[0] is grpc.StatusCode.RESOURCE_EXHAUSTED
            await modest.say(type_url=CLUSTER, node={"id": "q"})
            await modest.hear()

    run(conversation())


def test_a_server_that_stops_ends_its_streams_and_says_so() -> None:
    """Proxies see UNAVAILABLE and look for another server; probes see it as well."""
    owner = Owner()

    async def conversation() -> None:
        async with serving("127.0.0.1:0", owner) as (server, channel):
            check: grpc.aio.UnaryUnaryMultiCallable[bytes, bytes]
            check = channel.unary_unary(f"/{health.SERVICE}/Check")
            assert await check(b"") == health.SERVING
            call = delta(channel)
            await call.say(type_url=CLUSTER, node={"id": "p"})
            await call.hear()
            await server.stop(1)
            assert (await call.end())[0] is grpc.StatusCode.UNAVAILABLE
            assert (await asyncio.wait_for(owner.closed.get(), WAIT_S)).proxy == "p"

    run(conversation())


def test_an_address_that_cannot_be_bound_is_said() -> None:
    """A person has to change the address; the sentence names it."""

    async def start() -> None:
        await XdsServer("192.0.2.1:1", Owner()).start()

    with pytest.raises(StalledError, match="cannot listen for proxies on 192\\.0\\.2\\.1:1"):
        run(start())


def test_types_that_nobody_compiles_are_answered() -> None:
    """A proxy that asks for runtime layers learns that there are none."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner()) as (_, channel):
            call = delta(channel)
            url = TypeUrl("type.googleapis.com/envoy.service.runtime.v3.Runtime")
            await call.say(type_url=url, node={"id": "p"}, resource_names_subscribe=["layer"])
            answer = await call.hear()
            assert isinstance(answer, discovery_pb2.DeltaDiscoveryResponse)
            assert list(answer.removed_resources) == ["layer"]

    run(conversation())


def test_a_stream_that_is_denied_is_never_opened() -> None:
    """The proxy reads why; the owner hears of it neither then nor at its end."""

    async def conversation() -> None:
        owner = Owner(denial="you are somebody else")
        async with serving("127.0.0.1:0", owner) as (_, channel):
            call = sotw(channel)
            await call.say(type_url=CLUSTER, node={"id": "p"})
            code, text = await call.end()
            assert (code, text) == (grpc.StatusCode.PERMISSION_DENIED, owner.denial)
        assert not owner.streams
        assert owner.closed.empty()

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))


def of_type(channel: grpc.aio.Channel, service: Service, method: str) -> Call:
    """Open a stream at a service for one type."""
    delta = method == service.delta
    request = discovery_pb2.DeltaDiscoveryRequest if delta else discovery_pb2.DiscoveryRequest
    response = discovery_pb2.DeltaDiscoveryResponse if delta else discovery_pb2.DiscoveryResponse
    call = channel.stream_stream(
        f"/{service.name}/{method}",
        request_serializer=request.SerializeToString,
        response_deserializer=response.FromString,
    )
    return Call(call(), request)


def test_each_type_has_services_of_its_own() -> None:
    """T1, T2: at such a service the type goes without saying, and another type ends the stream."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner()) as (_, channel):
            clusters = PER_TYPE[0]
            for method in (clusters.sotw, clusters.delta):
                call = of_type(channel, clusters, method)
                await call.say(node={"id": "p"})
                answer: Any = await call.hear()
                assert answer.type_url == CLUSTER
                await call.say(type_url=LISTENER)
                code, text = await call.end()
                assert code is grpc.StatusCode.INVALID_ARGUMENT
                assert CLUSTER in text

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))


def test_every_method_of_every_service_is_there() -> None:
    """T1: all variants that the protocol has are served, and virtual hosts in one only."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner()) as (_, channel):
            for service in EVERY:
                for method in filter(None, (service.sotw, service.delta)):
                    call = of_type(channel, service, method)
                    await call.say(type_url=service.type_url or CLUSTER)
                    code, _ = await call.end()
                    assert code is grpc.StatusCode.INVALID_ARGUMENT, "it asks for a node"

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))


def test_a_server_for_one_type_serves_no_other() -> None:
    """An agent that serves secrets is no aggregated service."""

    async def conversation() -> None:
        server = XdsServer("127.0.0.1:0", Owner(), services=[SECRETS])
        async with grpc.aio.insecure_channel(await server.start()) as channel:
            code, _ = await sotw(channel).end()
            assert code is grpc.StatusCode.UNIMPLEMENTED
        await server.stop(0)

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))


def test_servers_that_share_listen_on_one_port() -> None:
    """Several frontends stand behind one port when all say so; one that does not is refused."""

    async def conversation() -> None:
        first = XdsServer("127.0.0.1:0", Owner(), shares_port=True)
        address = await first.start()
        second = XdsServer(address, Owner(), shares_port=True)
        assert await second.start() == address
        with pytest.raises(StalledError):
            await XdsServer(address, Owner()).start()
        await second.stop(0)
        await first.stop(0)

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))


def test_an_ending_server_lets_its_proxies_go_one_after_the_other() -> None:
    """Not all of them come to the next server in the same moment, and all are gone in time."""

    async def conversation() -> list[float]:
        owner, count, ended_s = Owner(), 8, []
        loop = asyncio.get_running_loop()
        async with serving("127.0.0.1:0", owner) as (server, channel):
            calls = [sotw(channel) for _ in range(count)]
            for number, call in enumerate(calls):
                await call.say(type_url=CLUSTER, node={"id": f"p{number}"})
                await call.hear()

            async def note(call: Call) -> None:
                await call.end()
                ended_s.append(loop.time())

            noting = asyncio.gather(*map(note, calls))
            began_s = loop.time()
            await server.stop(0.8)
            await noting
        return [one - began_s for one in sorted(ended_s)]

    ended_s = asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))
    assert ended_s[-1] - ended_s[0] > 0.3
    assert ended_s[-1] < 0.8 + 1


def test_a_response_may_be_larger_than_what_grpc_allows_by_default() -> None:
    """T11: tables of several megabytes are sent; it is for the client to allow what it can take."""

    async def conversation() -> None:
        owner = Owner()
        large = Resource(CLUSTER, ResourceName("a"), Version("2"), b"\x0a\x01a" * 2_000_000)
        options = [("grpc.max_receive_message_length", -1)]
        server = XdsServer("127.0.0.1:0", owner)
        async with grpc.aio.insecure_channel(await server.start(), options=options) as channel:
            call = sotw(channel)
            await call.say(type_url=CLUSTER, node={"id": "p"})
            await call.hear()
            await call.say(type_url=CLUSTER, response_nonce="1", version_info="x")
            owner.streams[0].assign(full(Version("s2"), [large]))
            answer: Any = await call.hear()
            assert len(answer.resources[0].value) == len(large.body)
        await server.stop(0)

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))
