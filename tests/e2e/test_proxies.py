"""`periplus proxies` about a real Envoy that refuses a pushed patch, and about another proxy."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import grpc
import pytest
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc.services import AGGREGATED
from libs.kernel.xds import CLUSTER
from tests.e2e.smallfleet import limited, until
from tests.e2e.stack import Stack, running_stack
from tools.cli.main import main

_PATCH = limited("token_bucket: {max_tokens: 3, tokens_per_fill: 3, fill_interval: 0.01s}")
_FILE = "configs/hello/limit.yaml"
_ROUTER = "router~10.0.0.9~edge.default~default.svc.cluster.local"


@contextmanager
def _router(port: int) -> Iterator[None]:
    """Keep a stream of a proxy that takes clusters and asks for nothing else."""
    requests: SimpleQueue[Any] = SimpleQueue()
    first = discovery_pb2.DeltaDiscoveryRequest(type_url=CLUSTER)
    first.node.id = _ROUTER
    first.node.metadata.update({"CLUSTER_ID": "east", "NAMESPACE": "default"})
    requests.put(first)
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        call = channel.stream_stream(
            f"/{AGGREGATED.name}/{AGGREGATED.delta}",
            request_serializer=discovery_pb2.DeltaDiscoveryRequest.SerializeToString,
            response_deserializer=discovery_pb2.DeltaDiscoveryResponse.FromString,
        )(iter(requests.get, None))
        nonce = next(iter(call)).nonce
        requests.put(discovery_pb2.DeltaDiscoveryRequest(type_url=CLUSTER, response_nonce=nonce))
        yield
        requests.put(None)
        call.cancel()


def _json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    capsys.readouterr()
    main([*arguments, "-o", "json"])
    return json.loads(capsys.readouterr().out)


def _refuses(stack: Stack) -> bool:
    return any(record.refused for record in stack.store.proxies())


def test_a_refused_patch_is_named_with_file_and_line(
    tmp_path: Path, envoy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The list says what is live and what was refused, and where that is written."""
    assert envoy.is_file()
    state = str(tmp_path / "state")
    with running_stack(tmp_path) as stack:
        commit = stack.live_commit()
        (proxy,) = _json(capsys, "proxies", "--state", state)["proxies"]
        assert (proxy["status"], proxy["commit"]) == ("synced", commit)
        assert {"cds", "eds", "lds", "rds"} <= proxy["versions"].keys()
        stack.push({_FILE: _PATCH})
        until(lambda: _refuses(stack), "the patch is refused")
        (proxy,) = _json(capsys, "proxies", "--state", state)["proxies"]
        assert (proxy["status"], proxy["commit"]) == ("refused", commit)
        assert "fill timer" in proxy["error"]
        places = {
            (one["file"], one["kind"]) for each in proxy["refused"] for one in each["objects"]
        }
        assert (_FILE, "EnvoyFilter") in places
        assert main(["proxies", "--state", state]) == 0
        assert f"{_FILE}:1:1: EnvoyFilter default/limit" in capsys.readouterr().out
        with _router(stack.xds_port):
            asked = ("proxies", "diff", "caller.default", "router~", "--state", state)
            found = _json(capsys, *asked)
            assert found["equal"]["cds"] > 0
            assert {one["type"] for one in found["differences"]} >= {"lds", "rds", "eds"}
            assert main(["proxies", "diff", "caller.", "caller.", "--state", state]) == 0
            assert main([*asked]) == 1
            assert "(refused)" in capsys.readouterr().out
        assert main(["proxies", "diff", "nobody", "caller.", "--state", state]) == 2
        assert "no connected proxy has `nobody`" in capsys.readouterr().err
