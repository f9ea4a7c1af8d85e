"""Many proxies in one process, driven line by line over its standard input and output.

Commands: `open COUNT` opens that many more; `await SNAPSHOT TYPE` answers with the time at which
each of them got a response of that type under that snapshot version; `stick` opens one that asks
and never reads; `unstick` closes it. Times are of the monotonic clock, in seconds.
"""

import json
import selectors
import ssl
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from protogen.envoy.service.discovery.v3 import discovery_pb2 as discovery

from libs.kernel.xds import CLUSTER, ENDPOINT, LISTENER, ROUTE
from tests.e2e import certificates
from tests.e2e.http2stream import GrpcStream

PATH = "/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources"
WAIT_S = 120.0


@dataclass(slots=True)
class Client:
    """One proxy: asks for clusters and listeners, their endpoints, and the routes it was told."""

    id: str
    stream: GrpcStream
    opened_s: float
    routes: Sequence[str]
    got: dict[tuple[str, str], float] = field(default_factory=dict)
    received_bytes: int = 0

    def start(self, metadata: Mapping[str, Any]) -> None:
        """Ask for what an Envoy asks for first."""
        first = discovery.DeltaDiscoveryRequest(type_url=CLUSTER)
        first.node.id = self.id
        first.node.metadata.update(metadata)
        self.stream.send(first.SerializeToString())

    def take(self, message: bytes) -> None:
        """Acknowledge a response, and ask for what follows from it."""
        self.received_bytes += len(message)
        response = discovery.DeltaDiscoveryResponse.FromString(message)
        url = response.type_url
        first = not any(kind == url for kind, _ in self.got)
        self.got[url, response.system_version_info] = time.monotonic()
        ack = discovery.DeltaDiscoveryRequest(type_url=url, response_nonce=response.nonce)
        self.stream.send(ack.SerializeToString())
        if first and url == CLUSTER:
            self._ask(ENDPOINT, [one.name for one in response.resources])
            self._ask(LISTENER, [])
        if first and url == LISTENER:
            self._ask(ROUTE, self.routes)

    def _ask(self, url: str, names: Sequence[str]) -> None:
        request = discovery.DeltaDiscoveryRequest(type_url=url, resource_names_subscribe=names)
        self.stream.send(request.SerializeToString())


@dataclass(slots=True)
class Fleet:
    """All clients, and the selector that they share."""

    address: tuple[str, int]
    routes: Sequence[str]
    tls: ssl.SSLContext | None = None
    clients: list[Client] = field(default_factory=list)
    stuck: list[Client] = field(default_factory=list)
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def open(self, count: int) -> float:
        """Open clients at once; return when the first of them began."""
        began_s = time.monotonic()
        for _ in range(count):
            number = len(self.clients)
            client = self._client(f"10.0.{number // 250}.{number % 250}", f"p{number}")
            self.clients.append(client)
            self.selector.register(client.stream, selectors.EVENT_READ, client)
            self.turn(0)
        return began_s

    def stick(self) -> None:
        """Open one that asks for everything and never reads."""
        client = self._client("10.9.9.9", f"stuck{time.monotonic()}")
        client.stream.send(
            discovery.DeltaDiscoveryRequest(
                type_url=ROUTE, resource_names_subscribe=self.routes
            ).SerializeToString()
        )
        self.stuck.append(client)

    def unstick(self) -> None:
        """Close those that never read."""
        while self.stuck:
            self.stuck.pop().stream.close()

    def turn(self, timeout_s: float) -> None:
        """Take what has arrived."""
        for key, _ in self.selector.select(timeout_s):
            client: Client = key.data
            for message in client.stream.receive():
                client.take(message)

    def wait(self, snapshot: str, url: str) -> list[float]:
        """Return when each client got a response of a type under a snapshot version."""
        until_s = time.monotonic() + WAIT_S
        key = (url, snapshot)
        while not all(key in client.got for client in self.clients):
            if time.monotonic() > until_s:
                raise TimeoutError(f"not all clients got {key} in {WAIT_S} s")
            self.turn(0.5)
        times_s = [client.got[key] for client in self.clients]
        for client in self.clients:
            client.got = dict.fromkeys(((kind, "") for kind, _ in client.got), 0.0)
        return times_s

    def _client(self, ip: str, name: str) -> Client:
        opened_s = time.monotonic()
        node = f"sidecar~{ip}~{name}.default~default.svc.cluster.local"
        client = Client(node, GrpcStream(self.address, PATH, self.tls), opened_s, self.routes)
        said = {
            "NAMESPACE": "default",
            "SERVICE_ACCOUNT": "default",
            "CLUSTER_ID": "default",
            "INSTANCE_IPS": ip,
        }
        client.start(said)
        return client


def main() -> None:
    """Take the address and the routes as an argument, in JSON, and then commands."""
    told = json.loads(sys.argv[1])
    tls = certificates.client(Path(told["certificates"]), "proxy")
    # Whose certificate it is was looked at by other tests; here it is the address that differs.
    tls.check_hostname = False
    tls.set_alpn_protocols(["h2"])
    fleet = Fleet((told["host"], told["port"]), told["routes"], tls)
    selected = selectors.DefaultSelector()
    selected.register(sys.stdin, selectors.EVENT_READ)
    while True:
        # Whoever is connected goes on answering between two commands.
        while not selected.select(0):
            fleet.turn(0.01)
        words = sys.stdin.readline().split()
        if not words:
            return
        sys.stdout.write(json.dumps(_did(fleet, words[0], words[1:])) + "\n")
        sys.stdout.flush()


def _did(fleet: Fleet, command: str, words: Sequence[str]) -> Any:
    match command:
        case "open":
            return fleet.open(int(words[0]))
        case "await":
            return fleet.wait(words[0], words[1])
        case "opened":
            return [client.opened_s for client in fleet.clients]
        case "bytes":
            return sum(client.received_bytes for client in fleet.clients)
        case "stick":
            return fleet.stick()
        case _:
            return fleet.unstick()


if __name__ == "__main__":
    main()
