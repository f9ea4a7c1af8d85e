"""All programs of the example fleet in one process: `python -m tools.demo.apps CHECKOUT`."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from tools.demo.bookinfo import (
    PROGRAM_PORT,
    SERVICE_PORT,
    Reply,
    calls_of,
    failed_call,
    reply_of,
)
from tools.demo.http1 import ProtocolError, Request, Response
from tools.demo.httpclient import Client
from tools.demo.httpserver import serve
from tools.demo.workloads import Workload, read_clusters

CALL_TIMEOUT_S = 3.0
PASSED_ON = ("end-user", "x-request-id")
"""Headers of a request that go with the calls made for it."""
JSON_TYPE = {"content-type": "application/json"}


@dataclass(frozen=True, slots=True)
class App:
    """One program. `client` goes to its Envoy; None for a program that calls nobody."""

    workload: Workload
    client: Client | None

    async def answer(self, request: Request) -> Response:
        """Call whom this program calls, then answer with everything that was learnt."""
        workload = self.workload
        passed = {name: request.headers[name] for name in PASSED_ON if name in request.headers}
        calls = [
            await self._call(service, passed)
            for service in calls_of(workload.app, workload.version)
        ]
        reply = reply_of(workload.app, workload.version, workload.cluster, calls)
        return Response(200, json.dumps(reply).encode(), JSON_TYPE)

    async def _call(self, service: str, passed: dict[str, str]) -> Reply:
        """Call a service by its name through the Envoy; a failure becomes part of the answer."""
        if self.client is None:
            return failed_call(service, "this workload's Sidecar has no egress address")
        headers = {"host": f"{service}:{SERVICE_PORT}", **passed}
        try:
            request = Request("GET", f"/{service}/0", headers)
            response = await self.client.send(request, CALL_TIMEOUT_S)
        except (OSError, ProtocolError) as error:
            return failed_call(service, f"{type(error).__name__}: {error}")
        if response.status != 200:
            text = response.body[:200].decode(errors="replace")
            return failed_call(service, f"status {response.status}: {text}")
        reply: Reply = json.loads(response.body)
        return reply


async def run(checkout: Path) -> None:
    """Serve every workload of the checkout's clusters until cancelled."""
    servers = [
        await serve(workload.address, PROGRAM_PORT, App(workload, _client(workload)).answer)
        for cluster in read_clusters(checkout)
        for workload in cluster.workloads
        if not workload.is_gateway
    ]
    if not servers:
        sys.exit(f"{checkout} has no clusters/*/cluster.yaml")
    print("ready", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def _client(workload: Workload) -> Client | None:
    """Return the client that a workload makes its calls with."""
    return Client(workload.outbound_host, SERVICE_PORT) if workload.outbound_host else None


if __name__ == "__main__":
    asyncio.run(run(Path(sys.argv[1])))
