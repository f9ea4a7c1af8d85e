"""gRPC clients that speak xDS by themselves, without an Envoy, served by the frontend."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc
import pytest

from libs.kernel.xds import Snapshot
from tests.e2e import xdsresources as make
from tests.e2e.xdsstack import ROOT, Stack, eventually, stack

TARGET = "helloworld.default.svc.cluster.local:5000"
NODE = "sidecar~127.0.0.1~client.default~default.svc.cluster.local"
METHOD = "/test.Hello/Who"
READS_ERRORS = {"GRPC_EXPERIMENTAL_XDS_DATA_ERROR_HANDLING": "true"}
TIMER_S = 15.0
"""After which clients take silence for an answer."""

PYTHON = f"""
import sys, grpc
channel = grpc.insecure_channel("xds:///{TARGET}")
who = channel.unary_unary("{METHOD}")
for line in sys.stdin:
    try:
        print(who(b"", timeout=float(line)).decode(), flush=True)
    except grpc.RpcError as error:
        print(error.code().name, flush=True)
"""
JAVASCRIPT = """
const grpc = require("@grpc/grpc-js");
require("@grpc/grpc-js-xds").register();
const client = new grpc.Client("xds:///TARGET", grpc.credentials.createInsecure());
const same = (bytes) => bytes;
const says = (text) => process.stdout.write(text + "\\n");
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const options = { deadline: Date.now() + 1000 * Number(line) };
  const answered = (error, value) => says(error ? grpc.status[error.code] : value.toString());
  const nothing = Buffer.alloc(0);
  client.makeUnaryRequest("METHOD", same, same, nothing, new grpc.Metadata(), options, answered);
});
""".replace("TARGET", TARGET).replace("METHOD", METHOD)


class Client:
    """A client process; gRPC reads its bootstrap once, from the environment."""

    def __init__(self, port: int, folder: Path, command: Sequence[str], place: Path) -> None:
        """Start it in a place with a bootstrap that names the frontend."""
        bootstrap = {
            "xds_servers": [
                {
                    "server_uri": f"127.0.0.1:{port}",
                    "channel_creds": [{"type": "insecure"}],
                    "server_features": ["xds_v3"],
                }
            ],
            "node": {"id": NODE, "locality": {"zone": "here"}},
        }
        file = folder / "grpc.json"
        file.write_text(json.dumps(bootstrap))
        self._process = subprocess.Popen(
            command,
            cwd=place,
            env={**os.environ, "GRPC_XDS_BOOTSTRAP": str(file), **READS_ERRORS},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def call(self, timeout_s: float = 5.0) -> str:
        """Call once; return who answered, or the name of the status."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            return "no pipes"
        stdin.write(f"{timeout_s}\n")
        stdin.flush()
        return stdout.readline().strip()

    def stop(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()


Start = Callable[[Stack], Client]


@pytest.fixture(params=["grpcio", "grpc-js"])
def start(request: pytest.FixtureRequest) -> Start:
    """One of the clients that speak xDS by themselves."""
    if request.param == "grpcio":
        command, place = [sys.executable, "-c", PYTHON], ROOT
    else:
        place = request.getfixturevalue("grpc_js")
        command = ["node", "--eval", JAVASCRIPT]

    def started(mesh: Stack) -> Client:
        client = Client(mesh.port, mesh.folder, command, place)
        mesh.exits.callback(client.stop)
        return client

    return started


@pytest.fixture
def mesh(tmp_path: Path) -> Iterator[Stack]:
    """A stack to start things in."""
    with stack(tmp_path) as made:
        yield made


def hello_server(mesh: Stack, name: str) -> int:
    """Start a real gRPC server that answers with its name; return its port."""
    server = grpc.server(ThreadPoolExecutor(2))
    method: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
        lambda _request, _context: name.encode(), None, None
    )
    handler = grpc.method_handlers_generic_handler("test.Hello", {"Who": method})
    server.add_generic_rpc_handlers((handler,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    mesh.exits.callback(lambda: server.stop(0).wait())
    return port


def view(ports: dict[str, int], to: str) -> Snapshot:
    """Send calls of the target to one of several servers."""
    clusters = [make.cluster(name) for name in ports]
    assignments = [make.endpoints(name, port) for name, port in ports.items()]
    listener = make.api_listener(TARGET, "outbound")
    return make.snapshot(*clusters, *assignments, listener, make.route("outbound", to))


def test_a_grpc_client_finds_its_server_and_follows_a_change(mesh: Stack, start: Start) -> None:
    """`xds:///` resolves by listener, route, cluster and endpoints, and a new route is followed."""
    ports = {name: hello_server(mesh, name) for name in ("v1", "v2")}
    compiler = mesh.compiler()
    mesh.frontend()
    first = view(ports, "v1")
    compiler.publish(first)
    client = start(mesh)
    assert client.call(10) == "v1"
    assert compiler.wait_status(first).proxy == NODE
    second = view(ports, "v2")
    compiler.publish(second)
    compiler.wait_status(second)
    assert eventually(lambda: client.call() == "v2", timeout_s=2)


def test_a_grpc_client_is_moved_to_a_new_cluster_without_a_failed_call(
    mesh: Stack, start: Start
) -> None:
    """Names change during updates; no call fails while a cluster is replaced by another."""
    ports = {name: hello_server(mesh, name) for name in ("v1", "v2")}
    compiler = mesh.compiler()
    mesh.frontend()
    compiler.publish(view({"old": ports["v1"]}, "old"))
    client = start(mesh)
    assert client.call(10) == "v1"
    moved = view({"new": ports["v2"]}, "new")
    compiler.publish(moved)
    answers = {client.call() for _ in range(50)}
    compiler.wait_status(moved)
    assert answers <= {"v1", "v2"}
    assert client.call() == "v2"


@pytest.mark.parametrize("start", ["grpcio"], indirect=True)
def test_a_grpc_client_hears_at_once_that_its_target_is_unknown(mesh: Stack, start: Start) -> None:
    """A call to what nobody declared fails soon and by its name, not by the client's timer.

    The client reads errors of resources where it is told to.
    """
    compiler = mesh.compiler()
    mesh.frontend()
    compiler.publish(make.snapshot(make.api_listener("elsewhere", "outbound")))
    assert start(mesh).call(TIMER_S - 3) == "UNAVAILABLE"
