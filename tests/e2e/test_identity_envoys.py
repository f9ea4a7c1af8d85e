"""Real Envoys prove who they are to each other, by certificates of a real authority."""

import socket
import ssl
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.pki.authority import Authority, authority_of
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.rotation import Phase
from libs.pki.spiffe import SpiffeId
from tests.e2e.identityrig import (
    CLOCK,
    DOMAIN,
    RNG,
    Agent,
    Certifying,
    Load,
    Rig,
    a_root,
    an_intermediate,
    answering,
    calling,
    get,
    rig,
)
from tests.e2e.xdsstack import eventually
from tools.child.ports import free_ports

SERVER = f"spiffe://{DOMAIN}/ns/shop/sa/server"
CALLER = SpiffeId(DOMAIN, "shop", "caller")
LIFE_S = 6
LONGER_LIFE_S = 20


@pytest.fixture
def made(tmp_path: Path, envoy: Path) -> Iterator[Rig]:
    """A rig."""
    with rig(tmp_path, envoy) as one:
        yield one


def _server(made: Rig, ca: Certifying, *options: str) -> tuple[int, Agent]:
    (port,) = free_ports(1)
    return port, made.agent(ca, "west", "server", answering(port, "hello"), *options)


def _caller(
    made: Rig, ca: Certifying, server_port: int, *options: str, names: tuple[str, ...] = (SERVER,)
) -> tuple[int, Agent]:
    (port,) = free_ports(1)
    bootstrap = calling(port, server_port, names)
    return port, made.agent(ca, "east", "caller", bootstrap, *options)


def _answers(port: int, expected: str, timeout_s: float = 20) -> bool:
    def asked() -> bool:
        try:
            return get(port) == expected
        except OSError:
            return False

    return eventually(asked, timeout_s)


def test_clusters_below_one_root_call_each_other_and_nobody_else(made: Rig) -> None:
    """A caller of a mesh with another root is refused by the server, and refuses it in turn."""
    ca = made.certifying("mesh", a_root(), "east", "west")
    stranger = made.certifying("strange", a_root("strangers"), "east")
    port, _ = _server(made, ca)
    friend, _ = _caller(made, ca, port)
    strange, agent = _caller(made, stranger, port)
    assert _answers(friend, "hello")
    agent.wait("agent ready")
    assert _answers(strange, "503")
    assert get(friend) == "hello"


def test_a_server_with_another_name_is_refused(made: Rig) -> None:
    """Its certificate is valid, and not for whom the caller wants to speak with."""
    ca = made.certifying("mesh", a_root(), "east", "west")
    port, _ = _server(made, ca)
    right, _ = _caller(made, ca, port)
    wrong, _ = _caller(made, ca, port, names=(f"spiffe://{DOMAIN}/ns/shop/sa/other",))
    assert _answers(right, "hello")
    assert _answers(wrong, "503")


def test_an_outage_of_the_authority_hurts_only_when_certificates_expire(made: Rig) -> None:
    """Until then everything goes on; afterwards nobody is trusted, until it is there again."""
    ca = made.certifying("mesh", a_root(), "east", "west")
    port, _ = _server(made, ca)
    caller, agent = _caller(made, ca, port, "--life-s", str(LONGER_LIFE_S))
    assert _answers(caller, "hello")
    ca.stop()
    with Load(caller, "hello") as load:
        agent.wait("no new certificate", LONGER_LIFE_S)
        assert eventually(lambda: load.answers > 0)
    assert not load.failures
    assert _answers(caller, "503", 2 * LONGER_LIFE_S)
    ca.start()
    (agent.folder / "token").write_text(ca.token("east", "shop", "caller"), encoding="utf-8")
    assert _answers(caller, "hello", 60)


def test_leaf_intermediate_and_root_are_replaced_without_a_failed_call(made: Rig) -> None:
    """Each call is a handshake of its own, all the time; what the old root signed ends refused."""
    old, new = a_root(), a_root()
    lives = ("--life-s", str(LIFE_S))
    ca = made.certifying("mesh", old, "east", "west")
    port, server = _server(made, ca, *lives)
    caller, agent = _caller(made, ca, port, *lives)
    assert _answers(caller, "hello")
    kept = _held(authority_of(_values(ca, "east"), CLOCK.now_s()))
    assert _greeted(port, kept)
    with Load(caller, "hello") as load:
        for root in _roots_in_turn(old, new):
            count = (agent.certificates(), server.certificates())
            for cluster in ("east", "west"):
                ca.put(cluster, an_intermediate(root, cluster))
            # Certificates from before are gone when both have renewed twice.
            assert eventually(
                lambda: (
                    agent.certificates() >= count[0] + 2  # noqa: B023 - asked within the loop
                    and server.certificates() >= count[1] + 2  # noqa: B023 - as above
                ),
                6 * LIFE_S,
            )
    assert not load.failures
    assert load.answers > 100
    assert not _greeted(port, kept)
    assert _greeted(port, _held(authority_of(_values(ca, "east"), CLOCK.now_s())))


def _roots_in_turn(old: Authority, new: Authority) -> Iterator[Authority]:
    """Give who signs and who is trusted, first with a new intermediate, then phase by phase."""
    both = (old.certificate, new.certificate)
    phases = {
        Phase.STEADY: old,
        Phase.TRUSTING: Authority(old.certificate, old.key, (), both),
        Phase.SIGNING: Authority(new.certificate, new.key, (), both),
    }
    yield from phases.values()
    yield new


def _values(ca: Certifying, cluster: str) -> dict[str, bytes]:
    place = ca.authorities / cluster
    return {one.name: one.read_bytes() for one in place.glob("[a-z]*.pem")}


def _held(authority: Authority) -> Holding:
    """Hold a certificate of a day that the authority signed just now."""
    key = new_key()
    request = read_request(new_request(key, CALLER))
    life = Life(CLOCK.now_s(), 86_400)
    return holding_of(issue(authority, request, Names(CALLER), life, RNG), key)


def _greeted(port: int, held: Holding) -> bool:
    """Tell whether the server takes somebody who shows this; whom we trust is left aside."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "both.pem"
        file.write_bytes(held.chain_pem + held.key_pem)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(file)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as raw,
            context.wrap_socket(raw) as wrapped,
        ):
            wrapped.sendall(b"GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
            return b"200 OK" in wrapped.recv(1000)
    except OSError:
        return False
