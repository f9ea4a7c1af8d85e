"""The discovery port under mutual TLS: real Envoys get what their certificate is for."""

import json
import queue
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import grpc
import pytest
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.adapters.xdsgrpc.services import AGGREGATED
from libs.adapters.xdsgrpc.statusclient import StatusClient
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.envoy.secret import certificate
from libs.kernel.ids import ResourceName, Version
from libs.kernel.looperrors import TransientError
from libs.kernel.xds import LISTENER, SECRET, Resource, Snapshot
from libs.pki.authority import Authority
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId
from tests.casefile import world_of
from tests.e2e import xdsresources as make
from tests.e2e.identityrig import (
    CLOCK,
    DOMAIN,
    RNG,
    Rig,
    a_root,
    an_intermediate,
    get,
    rig,
    write_pems,
)
from tests.e2e.xdscompiler import ScriptedCompiler
from tests.e2e.xdsstack import Stack, eventually, stack
from tools.child.ports import free_ports
from tools.child.process import Child

CART = SpiffeId(DOMAIN, "shop", "cart")
NODE = "sidecar~127.0.0.1~cart-1.shop~shop.svc.cluster.local"
NOTHING_MORE: Mapping[str, str] = MappingProxyType({})
ANSWER_S = 1.5
"""How long a stream is listened to that answers nothing."""
KEY = b"-----BEGIN PRIVATE KEY----- the key of the gateway"
GATEWAY = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: shop}
spec:
  selector: {istio: edge}
  servers:
  - port: {number: 8443, name: https, protocol: HTTPS}
    hosts: [shop.example]
    tls: {mode: SIMPLE, credentialName: shop-cert}
---
apiVersion: v1
kind: Secret
metadata: {name: shop-cert, namespace: shop}
type: kubernetes.io/tls
"""


def _held(
    authority: Authority, identity: SpiffeId, life_s: float = 3600, since_s: float = 0
) -> Holding:
    key = new_key()
    names = Names(identity, ["localhost"], ["127.0.0.1"])
    life = Life(CLOCK.now_s() + since_s, life_s)
    return holding_of(
        issue(authority, read_request(new_request(key, identity)), names, life, RNG), key
    )


class Guarded:
    """A frontend that speaks mutual TLS, below a root that the test holds."""

    def __init__(self, mesh: Stack, more: Mapping[str, str] = NOTHING_MORE) -> None:
        """Start it with a compiler that has a view for everybody."""
        self.mesh, self.root = mesh, a_root()
        self.authority = an_intermediate(self.root, "east")
        place = mesh.folder / "xds"
        held = _held(self.authority, SpiffeId(DOMAIN, "istio-system", "periplus-xds"))
        write_pems(
            place,
            {"chain.pem": held.chain_pem, "key.pem": held.key_pem, "roots.pem": held.roots_pem},
        )
        mesh.env = {
            "PLAINTEXT": "never",
            "TLS__CHAIN": str(place / "chain.pem"),
            "TLS__KEY": str(place / "key.pem"),
            "TLS__ROOTS": str(place / "roots.pem"),
            **more,
        }
        self.compiler: ScriptedCompiler = mesh.compiler()
        self.frontend: Child = mesh.frontend()

    def refused(self, text: str) -> dict[str, object]:
        """Return the log line of a denied proxy that has a text."""
        assert eventually(lambda: any(text in line for line in self._denials()))
        line: dict[str, object] = json.loads(next(line for line in self._denials() if text in line))
        return line

    def _denials(self) -> list[str]:
        lines = self.frontend.spec.log.read_text(encoding="utf-8").splitlines()
        return [line for line in lines if '"proxy denied"' in line]

    def ask(
        self,
        held: Holding | None,
        node: str = NODE,
        account: str = "cart",
        cluster: str = "east",
        **asked: object,
    ) -> tuple[grpc.StatusCode | None, list[str]]:
        """Ask as a client that knows the protocol; return how it ended, or names that came."""
        roots = self.root_pem
        creds = grpc.ssl_channel_credentials(
            roots, held.key_pem if held else None, held.chain_pem if held else None
        )
        namespace = node.split("~")[2].rpartition(".")[2]
        request = discovery_pb2.DeltaDiscoveryRequest(type_url=LISTENER)
        request.node.id = node
        said = {"NAMESPACE": namespace, "SERVICE_ACCOUNT": account, "CLUSTER_ID": cluster}
        request.node.metadata.update(said)
        for name, value in asked.items():
            if isinstance(value, list):
                getattr(request, name).extend(value)
            else:
                setattr(request, name, value)
        requests: queue.SimpleQueue[discovery_pb2.DeltaDiscoveryRequest | None] = (
            queue.SimpleQueue()
        )
        requests.put(request)
        with grpc.secure_channel(f"127.0.0.1:{self.mesh.port}", creds) as channel:
            call = channel.stream_stream(
                f"/{AGGREGATED.name}/{AGGREGATED.delta}",
                request_serializer=discovery_pb2.DeltaDiscoveryRequest.SerializeToString,
                response_deserializer=discovery_pb2.DeltaDiscoveryResponse.FromString,
            )(iter(requests.get, None), timeout=ANSWER_S)
            try:
                for answer in call:
                    if answer.resources:
                        return None, [one.name for one in answer.resources]
            except grpc.RpcError as error:
                return error.code(), []
            finally:
                requests.put(None)
                call.cancel()
            return None, []

    @property
    def root_pem(self) -> bytes:
        """Who vouches for the frontend."""
        return _held(self.authority, CART).roots_pem


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[Guarded]:
    """A guarded frontend."""
    with stack(tmp_path) as mesh:
        yield Guarded(mesh)


@pytest.fixture
def made(tmp_path: Path, envoy: Path) -> Iterator[Rig]:
    """A rig of agents."""
    with rig(tmp_path, envoy) as one:
        yield one


def test_an_envoy_with_its_agent_is_served_over_mutual_tls(made: Rig) -> None:
    """From a join token to a call: the agent gets the identity, the Envoy shows it and serves."""
    with stack(made.folder) as mesh:
        guarded = Guarded(mesh)
        ca = made.certifying("mesh", guarded.root, "east")
        (port,) = free_ports(1)
        first = make.web(port, {"one": mesh.backend("one")}, "one")
        guarded.compiler.publish(first)
        agent = made.agent(
            ca,
            "east",
            "cart",
            None,
            "--name",
            "cart-1",
            "--xds-address",
            f"127.0.0.1:{mesh.port}",
            "--admin-address",
            "127.0.0.1:0",
        )
        guarded.compiler.wait_status(first)
        assert eventually(lambda: _body(port) == "one")
        run = agent.folder / "run"
        assert run.stat().st_mode & 0o077 == 0
        assert not [
            file for file in run.rglob("*") if file.is_file() and b"PRIVATE" in file.read_bytes()
        ]
        second = make.web(port, {"two": mesh.backend("two")}, "two")
        guarded.compiler.publish(second)
        assert eventually(lambda: _body(port) == "two")
        agent.child.stop(20)
        assert eventually(lambda: _body(port) == "", 10)


def _body(port: int) -> str:
    try:
        return get(port)
    except OSError:
        return ""


def test_nobody_is_served_as_somebody_else(guarded: Guarded) -> None:
    """Another's node id, account or cluster is refused, with a line in the log that names both."""
    guarded.compiler.publish(_with_secret())
    held = _held(guarded.authority, CART)
    own = guarded.ask(held, type_url=SECRET, resource_names_subscribe=["kubernetes://shop-cert"])
    assert own == (None, ["kubernetes://shop-cert"])
    bank = "sidecar~127.0.0.1~till-1.bank~bank.svc.cluster.local"
    assert guarded.ask(held, bank)[0] is grpc.StatusCode.PERMISSION_DENIED
    line = guarded.refused("till-1.bank")
    assert (line["proxy"], line["identity"]) == (bank, str(CART))
    code, _ = guarded.ask(held, account="admin")
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert "SERVICE_ACCOUNT is `admin`" in str(guarded.refused("admin")["reason"])
    assert guarded.ask(held, cluster="west")[0] is grpc.StatusCode.PERMISSION_DENIED
    assert "CLUSTER_ID is `west`" in str(guarded.refused("west")["reason"])
    other = _held(an_intermediate(guarded.root, "west"), CART)
    assert guarded.ask(other)[0] is grpc.StatusCode.PERMISSION_DENIED
    smuggled = replace(held, chain_pem=held.chain_pem + other.chain_pem)
    assert guarded.ask(smuggled, cluster="west")[0] is grpc.StatusCode.PERMISSION_DENIED
    assert guarded.ask(smuggled, type_url=SECRET, resource_names_subscribe=own[1]) == own
    assert "PRIVATE" not in guarded.frontend.spec.log.read_text(encoding="utf-8")


def test_connections_without_a_valid_certificate_are_no_connections(guarded: Guarded) -> None:
    """None shown, one of another root, one that has expired, one of another trust domain."""
    other = an_intermediate(a_root(), "east")
    foreign = replace(CART, trust_domain="other.org")
    for held in (
        None,
        _held(other, CART),
        _held(guarded.authority, CART, life_s=30, since_s=-60),
    ):
        assert guarded.ask(held)[0] is grpc.StatusCode.UNAVAILABLE
    code, _ = guarded.ask(_held(guarded.authority, foreign))
    assert code is grpc.StatusCode.PERMISSION_DENIED
    assert "trust domain" in str(guarded.refused("other.org")["reason"])


def test_asking_for_anothers_secret_by_name_gives_nothing(guarded: Guarded) -> None:
    """The gateway's view has the secret; the cart's has not, and no name brings it there."""
    pair = _held(guarded.authority, CART)
    values = {"tls.crt": pair.chain_pem.decode(), "tls.key": pair.key_pem.decode()}
    world = world_of(f"{GATEWAY}stringData: {json.dumps(values)}\n", "edge.yaml")
    edge = Proxy(ProxyType.ROUTER, "shop", ("127.0.0.1",), labels={"istio": "edge"})
    cart = Proxy(ProxyType.SIDECAR, "shop", ("127.0.0.1",), labels={"app": "cart"})
    name = ResourceName("kubernetes://shop-cert")
    assert name in compile_snapshot(world, edge).snapshot.of(SECRET)
    guarded.compiler.publish(compile_snapshot(world, cart).snapshot)
    held = _held(guarded.authority, CART)
    assert guarded.ask(held, resource_names_subscribe=["*"])[1]
    assert guarded.ask(held, type_url=SECRET, resource_names_subscribe=[name])[1] == []


def _with_secret() -> Snapshot:
    body = certificate("kubernetes://shop-cert", b"chain", KEY).SerializeToString()
    name = ResourceName("kubernetes://shop-cert")
    one = Resource(SECRET, name, Version("1"), body)
    return Snapshot(Version("s"), {SECRET: {name: one}})


def test_only_named_readers_hear_what_proxies_have(tmp_path: Path) -> None:
    """Behind mutual TLS the status service answers whom the settings name, and nobody else."""
    people = SpiffeId(DOMAIN, "ops", "people")
    with stack(tmp_path) as mesh:
        (port,) = free_ports(1)
        address = f"127.0.0.1:{port}"
        readers = {"STATUS": address, "STATUS_READERS": json.dumps([str(people)])}
        guarded = Guarded(mesh, readers)
        asking = StatusClient(address, _held(guarded.authority, people))
        assert asking.holdings("") == {}
        assert asking.loads("") == {}
        other = StatusClient(address, _held(guarded.authority, CART))
        for ask in (other.holdings, other.loads):
            with pytest.raises(TransientError, match="none of those who may ask"):
                ask("")
        with pytest.raises(TransientError):
            StatusClient(address).holdings("")
