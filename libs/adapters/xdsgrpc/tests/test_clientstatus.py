"""Who has what, asked over gRPC while proxies are connected."""

import asyncio
from typing import Any

import grpc
import pytest
from protogen.envoy.service.status.v3 import csds_pb2

from libs.adapters.xdsgrpc.clientstatus import SERVICE as STATUS
from libs.adapters.xdsgrpc.clientstatus import StatusServer
from libs.adapters.xdsgrpc.tests.serving import WAIT_S, Owner, serving, sotw
from libs.kernel.xds import CLUSTER


def test_people_can_ask_what_each_proxy_has() -> None:
    """The client status service tells names, versions and states, of all or of some nodes."""

    async def conversation() -> None:
        async with serving("127.0.0.1:0", Owner()) as (server, channel):
            calls = {name: sotw(channel) for name in ("one", "two")}
            for name, call in calls.items():
                await call.say(type_url=CLUSTER, node={"id": name})
                await call.hear()
            await calls["two"].say(type_url=CLUSTER, response_nonce="1", version_info="x")
            status = StatusServer("127.0.0.1:0", server.open_streams)
            async with grpc.aio.insecure_channel(await status.start()) as asking:
                fetch = asking.unary_unary(
                    f"/{STATUS}/FetchClientStatus",
                    request_serializer=csds_pb2.ClientStatusRequest.SerializeToString,
                    response_deserializer=csds_pb2.ClientStatusResponse.FromString,
                )

                async def asked(**node: object) -> dict[str, list[tuple[str, str, int]]]:
                    matchers = [{"node_id": node}] if node else []
                    request = csds_pb2.ClientStatusRequest(node_matchers=matchers)
                    answer: Any = await fetch(request)
                    return {
                        each.node.id: [
                            (one.name, one.version_info, one.config_status)
                            for one in each.generic_xds_configs
                        ]
                        for each in answer.config
                    }

                expected = {"one": [("a", "1", csds_pb2.STALE)]}
                assert await asked(exact="one") == expected
                assert await asked(prefix="o") == expected
                both = {**expected, "two": [("a", "1", csds_pb2.SYNCED)]}
                assert any([await asked() == both for _ in range(200)])
                with pytest.raises(grpc.aio.AioRpcError, match="exact, prefix"):
                    await asked(safe_regex={"regex": ".*"})
            await status.stop()

    asyncio.run(asyncio.wait_for(conversation(), 4 * WAIT_S))
