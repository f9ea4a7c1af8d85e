"""Server and client talk over real TLS, and what each refuses."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from libs.adapters.cagrpc.calls import Certified, RefusalKind, RefusedError, SigningCall
from libs.adapters.cagrpc.client import CaClient
from libs.adapters.cagrpc.limits import CaLimits
from libs.adapters.cagrpc.server import CaServer
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.xdsgrpc.tls import server_credentials
from libs.kernel.looperrors import StalledError, TransientError
from libs.pki.authority import Authority
from libs.pki.certificates import identity_of, pem_of, read_certificates
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue, new_root
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId

SHOP = SpiffeId("cluster.local", "shop", "cart")
CALL = SigningCall(b"a request", 60, token="a-token", cluster="east")


def _root() -> Authority:
    return new_root(new_key(), "mesh", Life(SystemClock().now_s(), 3600), SystemRng())


def _held(root: Authority, life_s: float = 600, skew_s: float = 0) -> Holding:
    key = new_key()
    life = Life(SystemClock().now_s() + skew_s, life_s)
    names = Names(SHOP, ["localhost"], ["127.0.0.1"])
    return holding_of(
        issue(root, read_request(new_request(key, SHOP)), names, life, SystemRng()), key
    )


@dataclass
class Echo:
    """Remembers calls; answers, or refuses."""

    calls: list[SigningCall] = field(default_factory=list)
    refusal: RefusedError | None = None

    async def certify(self, call: SigningCall) -> Certified:
        """Take a call."""
        self.calls.append(call)
        if self.refusal is not None:
            raise self.refusal
        return Certified([b"leaf", b"above"], b"roots")


@dataclass
class Served:
    """A server that shows `held`, with a door for tokens and one for certificates."""

    held: Holding
    echo: Echo = field(default_factory=Echo)

    def run(self, asked: Callable[[str, str], Awaitable[None]]) -> None:
        """Serve while `asked` runs with both addresses."""

        async def whole() -> None:
            server = CaServer(self.echo)
            doors = [
                ("127.0.0.1:0", server_credentials(lambda: self.held, clients=each))
                for each in (False, True)
            ]
            addresses = await server.start(doors)
            try:
                await asked(*addresses)
            finally:
                await server.stop(0)

        asyncio.run(whole())


def test_a_call_arrives_with_all_that_says_who_sends_it() -> None:
    """Token, cluster, address and wish; there is no certificate at the door for tokens."""
    served = Served(_held(root := _root()))

    async def ask(door: str, _mutual: str) -> None:
        made = await CaClient(door).certify(CALL, pem_of(root.roots))
        assert made == Certified([b"leaf", b"above"], b"roots")

    served.run(ask)
    (call,) = served.echo.calls
    assert replace(call, peer="") == CALL
    assert call.peer.startswith("ipv4:127.0.0.1:")


def test_the_other_door_opens_to_valid_certificates_only() -> None:
    """Nobody without one, of another root, or with an expired one comes in."""
    root = _root()
    served = Served(_held(root))
    shown = _held(root)

    async def ask(_door: str, mutual: str) -> None:
        client, roots = CaClient(mutual), pem_of(root.roots)
        await client.certify(CALL, roots, shown)
        for wrong in (None, _held(_root()), _held(root, life_s=30, skew_s=-40)):
            with pytest.raises(TransientError):
                await client.certify(CALL, roots, wrong)

    served.run(ask)
    (call,) = served.echo.calls
    assert identity_of(read_certificates(call.shown_pem, "shown")[0]) == SHOP


def test_a_client_asks_only_the_authority_that_it_trusts() -> None:
    """Its token goes to nobody else."""
    served = Served(_held(_root()))

    async def ask(door: str, _mutual: str) -> None:
        with pytest.raises(TransientError):
            await CaClient(door).certify(CALL, pem_of(_root().roots))
        named = CaClient(door, server_name="elsewhere.example")
        with pytest.raises(TransientError):
            await named.certify(CALL, served.held.roots_pem)

    served.run(ask)
    assert not served.echo.calls


def test_a_new_certificate_and_new_roots_count_from_the_next_connection() -> None:
    """The server is not started again."""
    old, new = _root(), _root()
    served = Served(_held(old))

    async def ask(door: str, mutual: str) -> None:
        await CaClient(door).certify(CALL, pem_of(old.roots))
        served.held = replace(_held(new), roots_pem=pem_of([*old.roots, *new.roots]))
        await CaClient(door).certify(CALL, pem_of(new.roots))
        await CaClient(mutual).certify(CALL, pem_of(new.roots), _held(old))
        served.held = _held(new)
        with pytest.raises(TransientError):
            await CaClient(mutual).certify(CALL, pem_of(new.roots), _held(old))
        await CaClient(mutual).certify(CALL, pem_of(new.roots), _held(new))

    served.run(ask)


@pytest.mark.parametrize("kind", RefusalKind)
def test_refusals_tell_what_to_do_and_nothing_of_the_token(kind: RefusalKind) -> None:
    """Those that a person has to end stall; the others pass."""
    served = Served(_held(root := _root()), Echo(refusal=RefusedError(kind, "because")))

    async def ask(door: str, _mutual: str) -> None:
        with pytest.raises((StalledError, TransientError)) as caught:
            await CaClient(door).certify(CALL, pem_of(root.roots))
        later = kind in (RefusalKind.TOO_MANY, RefusalKind.TRY_LATER)
        assert isinstance(caught.value, TransientError if later else StalledError)
        assert "because" in str(caught.value)
        assert "a-token" not in repr(caught.value) + str(caught.value.__cause__)

    served.run(ask)


def test_an_address_that_cannot_be_bound_is_for_a_person() -> None:
    """The sentence names it."""

    async def start() -> None:
        creds = server_credentials(lambda: held, clients=False)
        await CaServer(Echo()).start([("192.0.2.1:1", creds)])

    held = _held(_root())
    with pytest.raises(StalledError, match=r"192\.0\.2\.1"):
        asyncio.run(start())


def test_a_request_that_is_too_large_never_reaches_the_certifier() -> None:
    """It is refused while it is read."""
    served = Served(_held(root := _root()))
    large = replace(CALL, request_pem=b"x" * CaLimits().request_bytes_max)

    async def ask(door: str, _mutual: str) -> None:
        with pytest.raises(TransientError):
            await CaClient(door).certify(large, pem_of(root.roots))

    served.run(ask)
    assert not served.echo.calls
