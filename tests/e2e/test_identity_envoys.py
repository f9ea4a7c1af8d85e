"""Real Envoys prove who they are to each other, by certificates of a real authority."""

import json
import socket
import ssl
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from libs.pki.authority import Authority, authority_of
from libs.pki.certificates import fingerprint
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
OTHER = f"spiffe://{DOMAIN}/ns/shop/sa/other"
CLUSTERS = ("east", "west")
CALLER = SpiffeId(DOMAIN, "shop", "caller")
LIFE_S = 5
"""Short enough to see certificates end, long enough for a busy machine to renew them in time."""


@dataclass
class Pair:
    """A server in cluster `west`, and a caller in `east` whose certificates live for `LIFE_S`.

    The caller expects the right name behind one of its ports, and another behind the other.
    """

    made: Rig
    ca: Certifying
    server_port: int
    server: Agent
    right: int
    wrong: int
    caller: Agent

    def authority(self) -> Authority:
        """Return who signs for the caller now."""
        place = self.ca.authorities / "east"
        values = {one.name: one.read_bytes() for one in place.glob("[a-z]*.pem")}
        return authority_of(values, CLOCK.now_s())


def _pair(made: Rig, root: Authority, *server_options: str) -> Pair:
    ca = made.certifying("mesh", root, *CLUSTERS)
    server_port, right, wrong = free_ports(3)
    server = made.agent(ca, "west", "server", answering(server_port, "hello"), *server_options)
    doors = calling(server_port, {right: SERVER, wrong: OTHER})
    caller = made.agent(ca, "east", "caller", doors, "--life-s", str(LIFE_S))
    return Pair(made, ca, server_port, server, right, wrong, caller)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, envoy: Path) -> Iterator[Pair]:
    """Two clusters below one root; the server's certificate lives long."""
    with rig(tmp_path_factory.mktemp("pair"), envoy) as made:
        yield _pair(made, a_root())


def _answers(port: int, expected: str, timeout_s: float = 30) -> bool:
    def asked() -> bool:
        try:
            return get(port) == expected
        except OSError:
            return False

    return eventually(asked, timeout_s)


def test_clusters_below_one_root_call_each_other_and_nobody_else(pair: Pair) -> None:
    """Not a server with another name, and not a mesh with another root: neither takes the other."""
    strange_ca = pair.made.certifying("strange", a_root("strangers"), "east")
    (port,) = free_ports(1)
    strange = calling(pair.server_port, {port: SERVER})
    agent = pair.made.agent(strange_ca, "east", "caller", strange)
    assert _answers(pair.right, "hello")
    assert _answers(pair.wrong, "503")
    agent.wait("agent ready")
    assert _answers(port, "503")
    assert get(pair.right) == "hello"


def test_what_has_expired_or_is_not_of_the_root_is_refused(pair: Pair) -> None:
    """By the server, whoever shows it, while it takes what is valid."""
    assert _answers(pair.right, "hello")
    authority = pair.authority()
    assert _greeted(pair.server_port, _held(authority))
    assert not _greeted(pair.server_port, _held(authority, since_s=-59, life_s=30))
    assert not _greeted(pair.server_port, _held(an_intermediate(a_root(), "east")))


def test_an_outage_of_the_authority_hurts_only_when_certificates_expire(pair: Pair) -> None:
    """Until then everything goes on; afterwards nobody is trusted, until it is there again."""
    assert _answers(pair.right, "hello")
    pair.ca.stop()
    with Load(pair.right, "hello") as load:
        pair.caller.wait("no new certificate", LIFE_S)
        before = load.answers
        assert eventually(lambda: load.answers > before)
        assert not load.failures
    assert _answers(pair.right, "503", 3 * LIFE_S)
    pair.ca.start()
    fresh = pair.ca.token("east", "shop", "caller")
    (pair.caller.folder / "token").write_text(fresh, encoding="utf-8")
    assert _answers(pair.right, "hello")


def test_leaf_intermediate_and_root_are_replaced_without_a_failed_call(
    tmp_path: Path, envoy: Path
) -> None:
    """Each call is a handshake of its own, all the time; what the old root signed ends refused."""
    old, new = a_root(), a_root()
    with rig(tmp_path, envoy) as made:
        pair = _pair(made, old, "--life-s", str(LIFE_S))
        assert _answers(pair.right, "hello")
        kept = _held(pair.authority())
        assert _greeted(pair.server_port, kept)
        with Load(pair.right, "hello") as load:
            for root in _roots_in_turn(old, new):
                signing = {cluster: an_intermediate(root, cluster) for cluster in CLUSTERS}
                for cluster, authority in signing.items():
                    pair.ca.put(cluster, authority)
                assert eventually(partial(_renewed, pair, signing), 6 * LIFE_S)
        assert not load.failures
        assert load.answers > 100
        assert not _greeted(pair.server_port, kept)
        assert _greeted(pair.server_port, _held(pair.authority()))


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


def _renewed(pair: Pair, wanted: Mapping[str, Authority]) -> bool:
    """Say whether both live by what these authorities have signed, with the roots of these."""
    issued: dict[str, str] = {}
    signing: set[str] = set()
    for line in map(json.loads, pair.ca.log.rpartition("\n")[0].splitlines()):
        cluster = line.get("cluster", "")
        if line["msg"] == "authority in use":
            issued.pop(cluster, None)
            signing.discard(cluster)
            if cluster in wanted and _is(line, wanted[cluster]):
                signing.add(cluster)
        elif line["msg"] == "certificate issued" and cluster in signing:
            issued[cluster] = line["serial"]
    used = {"east": pair.caller.log, "west": pair.server.log}
    return all(issued.get(cluster, "?") in log for cluster, log in used.items())


def _is(line: Mapping[str, Any], one: Authority) -> bool:
    roots = [fingerprint(root) for root in one.roots]
    return (line["fingerprint"], line["roots"]) == (fingerprint(one.certificate), roots)


def _held(authority: Authority, since_s: float = 0, life_s: float = 86_400) -> Holding:
    """Hold a certificate that the authority signed just now, for a time from `since_s` on."""
    key = new_key()
    request = read_request(new_request(key, CALLER))
    life = Life(CLOCK.now_s() + since_s, life_s)
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
