"""Constant load over every gateway: as many requests each second, however slow the answers are."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from libs.ports.clock import Clock
from tools.demo.http1 import ProtocolError, Request
from tools.demo.httpclient import Client
from tools.demo.judge import Visitor
from tools.demo.tally import Tally
from tools.demo.workloads import DemoCluster

REQUESTS_PER_S = 64.0
"""All gateways and visitors together; each request makes up to three more inside the mesh."""
TIMEOUT_S = 5.0
IN_FLIGHT_MAX = 400
HEADERS = {
    Visitor.PLAIN: {"host": "bookinfo.example"},
    Visitor.JASON: {"host": "bookinfo.example", "end-user": "jason"},
}


@dataclass(slots=True)
class Load:
    """Sends requests until cancelled; what it sees goes to the tally."""

    clusters: Sequence[DemoCluster]
    tally: Tally
    clock: Clock
    in_flight: set[asyncio.Task[None]] = field(default_factory=set)
    clients: dict[str, Client] = field(init=False)

    def __post_init__(self) -> None:
        """Keep one client per gateway."""
        self.clients = {
            cluster.name: Client("127.0.0.1", cluster.gateway_port) for cluster in self.clusters
        }

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Send load within the block; at its end wait for the answers that are on their way."""
        sender = asyncio.create_task(self._run())
        try:
            yield
        finally:
            sender.cancel()
            await asyncio.gather(sender, *self.in_flight, return_exceptions=True)
            for client in self.clients.values():
                client.close()

    async def _run(self) -> None:
        """Begin requests on schedule, visitors and gateways in turn."""
        lanes = [(name, visitor) for visitor in Visitor for name in self.clients]
        started_s = self.clock.monotonic_s()
        number = 0
        while True:
            cluster, visitor = lanes[number % len(lanes)]
            self._begin(cluster, visitor)
            number += 1
            due_s = started_s + number / REQUESTS_PER_S
            await asyncio.sleep(max(0.0, due_s - self.clock.monotonic_s()))

    def _begin(self, cluster: str, visitor: Visitor) -> None:
        """Begin one request; one too many on its way is a failure of its own."""
        if len(self.in_flight) >= IN_FLIGHT_MAX:
            sent = self.tally.sent(cluster, visitor, self.clock.monotonic_s())
            self.tally.broken(sent, f"{IN_FLIGHT_MAX} requests wait for answers", refused=False)
            return
        task = asyncio.create_task(self._ask(cluster, visitor))
        self.in_flight.add(task)
        task.add_done_callback(self.in_flight.discard)

    async def _ask(self, cluster: str, visitor: Visitor) -> None:
        """Ask for the product page once."""
        sent = self.tally.sent(cluster, visitor, self.clock.monotonic_s())
        request = Request("GET", "/productpage", HEADERS[visitor])
        try:
            response = await self.clients[cluster].send(request, TIMEOUT_S)
        except (OSError, ProtocolError) as error:
            refused = isinstance(error, ConnectionRefusedError)
            self.tally.broken(sent, f"{type(error).__name__}: {error}", refused=refused)
        else:
            self.tally.answered(sent, response, self.clock.monotonic_s())
