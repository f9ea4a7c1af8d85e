"""The view of a gRPC client, read by grpcio itself."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc

from tests.casefile import world_of
from tests.e2e.calls import bounds
from tests.e2e.snapshotserver import serving

OBJECTS = """
apiVersion: v1
kind: Service
metadata: {{name: helloworld}}
spec: {{selector: {{app: helloworld}}, ports: [{{name: grpc, port: 5000}}]}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: v1}}
spec: {{address: 127.0.0.1, ports: {{grpc: {v1}}}, labels: {{app: helloworld, version: v1}}}}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: v2}}
spec: {{address: 127.0.0.1, ports: {{grpc: {v2}}}, labels: {{app: helloworld, version: v2}}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: helloworld}}
spec:
  host: helloworld
  subsets: [{{name: v1, labels: {{version: v1}}}}, {{name: v2, labels: {{version: v2}}}}]
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: helloworld}}
spec:
  hosts: [helloworld]
  http:
  - match: [{{headers: {{end-user: {{exact: jason}}}}}}]
    route: [{{destination: {{host: helloworld, subset: v2}}}}]
  - match: [{{headers: {{broken: {{exact: "yes"}}}}}}]
    fault: {{abort: {{httpStatus: 503, percentage: {{value: 100}}}}}}
    retries: {{attempts: 0}}
    route: [{{destination: {{host: helloworld, subset: v1}}}}]
  - route:
    - {{destination: {{host: helloworld, subset: v1}}, weight: 80}}
    - {{destination: {{host: helloworld, subset: v2}}, weight: 20}}
"""
TIMES = 200


def test_grpcio_resolves_and_calls_by_the_compiled_view() -> None:
    """Weights, a header condition and a fault mean to grpcio what they mean to Envoy."""
    refusals: list[str] = []
    calls: list[list[tuple[str, str]]] = (
        [[]] * TIMES + [[("end-user", "jason")]] * 20 + [[("broken", "yes")]]
    )
    with _echo("v1") as v1, _echo("v2") as v2:
        world = world_of(OBJECTS.format(v1=v1, v2=v2), "helloworld.yaml")
        with serving(world, refusals) as port:
            answers = _called(port, calls)
    assert refusals == []
    shares = Counter(answers[:TIMES])
    low, high = bounds(TIMES, 0.2)
    assert low <= shares["v2"] <= high
    assert shares["v1"] + shares["v2"] == TIMES
    assert set(answers[TIMES:-1]) == {"v2"}
    assert answers[-1] == "UNAVAILABLE: Fault injected"


def _called(port: int, calls: list[list[tuple[str, str]]]) -> list[str]:
    bootstrap = {
        "xds_servers": [
            {"server_uri": f"127.0.0.1:{port}", "channel_creds": [{"type": "insecure"}]}
        ],
        "node": {
            "id": "sidecar~127.0.0.1~client.default~default.svc.cluster.local",
            "metadata": {"GENERATOR": "grpc"},
        },
    }
    target = "xds:///helloworld.default.svc.cluster.local:5000"
    done = subprocess.run(
        [sys.executable, "-m", "tests.e2e.grpccalls", target, json.dumps(calls)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "GRPC_XDS_BOOTSTRAP_CONFIG": json.dumps(bootstrap)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    answers: list[str] = json.loads(done.stdout)
    return answers


@contextmanager
def _echo(answer: str) -> Iterator[int]:
    """Serve the method that is called, with an answer of its own; yields the port."""
    say: grpc.RpcMethodHandler[bytes, bytes] = grpc.unary_unary_rpc_method_handler(
        lambda _request, _context: answer.encode()
    )
    handlers = grpc.method_handlers_generic_handler("periplus.Echo", {"Say": say})
    server = grpc.server(ThreadPoolExecutor(2))
    server.add_generic_rpc_handlers((handlers,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield port
    finally:
        server.stop(None).wait()
