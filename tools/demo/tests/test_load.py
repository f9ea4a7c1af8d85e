"""Load against a real server that plays a gateway."""

import asyncio
from collections.abc import Callable

from libs.adapters.system.clock import SystemClock
from tools.child.ports import free_ports
from tools.demo.http1 import Request, Response
from tools.demo.httpserver import Handler, serve
from tools.demo.judge import Expectation, Visitor
from tools.demo.load import REQUESTS_PER_S, Load
from tools.demo.tally import Tally
from tools.demo.tests.replies import response
from tools.demo.workloads import DemoCluster

V1 = Expectation({visitor: frozenset({"v1"}) for visitor in Visitor})
JASON_V2 = Expectation({Visitor.PLAIN: frozenset({"v1"}), Visitor.JASON: frozenset({"v2"})})


async def gateway(request: Request) -> Response:
    """Answer as a fleet in which jason meets v2 and everybody else v1."""
    return response("v2" if request.headers.get("end-user") == "jason" else "v1")


def loaded(handler: Handler, expectation: Expectation, seconds: float) -> Tally:
    """Put load on one gateway for a while."""

    async def test() -> Tally:
        tally = Tally()
        tally.begin(expectation)
        server = await serve("127.0.0.1", 0, handler)
        port = int(server.sockets[0].getsockname()[1])
        async with (
            server,
            Load([DemoCluster("cluster1", port, ())], tally, SystemClock()).running(),
        ):
            await asyncio.sleep(seconds)
        return tally

    return asyncio.run(test())


def test_both_kinds_of_visitors_ask() -> None:
    """Plain visitors and jason ask equally often, and each answer is judged for who asked."""
    tally = loaded(gateway, JASON_V2, 0.5)
    assert tally.failed == 0
    assert set(tally.counts.versions) == {(Visitor.PLAIN, "v1"), (Visitor.JASON, "v2")}
    assert abs(tally.counts.versions[Visitor.PLAIN, "v1"] * 2 - tally.requests) <= 1


def test_a_wrong_answer_fails() -> None:
    """What the expectation does not allow is counted as failed."""
    tally = loaded(gateway, V1, 0.2)
    assert 0 < tally.failed < tally.requests


def test_slow_answers_do_not_slow_the_load() -> None:
    """Requests go out on schedule although none is answered, and at the end all are counted."""

    async def slow(request: Request) -> Response:
        await asyncio.sleep(0.5)
        return await gateway(request)

    tally = loaded(slow, JASON_V2, 0.5)
    assert tally.requests >= REQUESTS_PER_S * 0.5 * 0.8
    assert tally.failed == 0


def test_a_closed_gateway_is_waited_for() -> None:
    """While nobody listens yet, nothing is counted; from the first answer on everything is."""
    tally = asyncio.run(_opened_late(lambda tally: tally.requests == 0))
    assert tally.requests > 0
    assert tally.failed == 0


async def _opened_late(nothing_counted: Callable[[Tally], bool]) -> Tally:
    """Open the gateway only after load has begun."""
    (port,) = free_ports(1)
    tally = Tally()
    tally.begin(JASON_V2)
    async with Load([DemoCluster("cluster1", port, ())], tally, SystemClock()).running():
        await asyncio.sleep(0.2)
        assert nothing_counted(tally)
        server = await serve("127.0.0.1", port, gateway)
        await asyncio.sleep(0.2)
    server.close()
    return tally
