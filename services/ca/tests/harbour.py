"""An authority in a folder, and a signer over it, without a server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from libs.adapters.cagrpc.calls import SigningCall
from libs.fakes.clock import EPOCH_S, FakeClock
from libs.fakes.jointokens import FakeJoinTokens
from libs.fakes.rng import SeededRng
from libs.kernel.ids import ClusterName
from libs.pki.authority import Authority, cacerts
from libs.pki.issuing import Life, new_intermediate, new_root
from libs.pki.jointokens import new_token, token_hash
from libs.pki.keys import new_key
from libs.pki.requests import new_request
from libs.pki.spiffe import SpiffeId
from libs.ports.jointokens import JoinToken
from libs.ports.tokenreview import ReviewedAccount
from services.ca.allowance import Allowance
from services.ca.authorities import Authorities
from services.ca.callers import Callers
from services.ca.signing import Lives, Signer

DOMAIN = "cluster.local"
SHOP = SpiffeId(DOMAIN, "shop", "cart")
RNG = SeededRng(3)
YEAR_S = 31_536_000.0


def a_root() -> Authority:
    """Make a root of a year."""
    return new_root(new_key(), "mesh", Life(EPOCH_S, YEAR_S), RNG)


def write_authority(folder: Path, cluster: str, root: Authority) -> Authority:
    """Write a cluster's authority as its Secret's mount would have it."""
    made = new_intermediate(root, new_key(), cluster, Life(EPOCH_S, YEAR_S / 2), RNG)
    write_values(folder / cluster, cacerts(made))
    return made


def write_values(place: Path, values: Mapping[str, bytes]) -> None:
    """Replace the files of one authority."""
    place.mkdir(parents=True, exist_ok=True)
    for name, value in values.items():
        (place / f"{name}.new").write_bytes(value)
        (place / f"{name}.new").replace(place / name)


@dataclass(slots=True)
class Accounts:
    """Tokens that an API server would know; `fails` is what asking it raises."""

    known: Mapping[str, ReviewedAccount]
    fails: Exception | None = None

    def review(self, token: str) -> ReviewedAccount | None:
        """Return whose token it is."""
        if self.fails is not None:
            raise self.fails
        return self.known.get(token)


@dataclass(slots=True)
class Harbour:
    """A signer of cluster `east` with everything that it asks."""

    folder: Path
    clock: FakeClock = field(default_factory=FakeClock)
    tokens: FakeJoinTokens = field(default_factory=FakeJoinTokens)
    accounts: Accounts = field(
        default_factory=lambda: Accounts({"good": ReviewedAccount("shop", "cart", "cart-1")})
    )
    root: Authority = field(default_factory=a_root)
    per_minute_max: int = 100

    def signer(self) -> Signer:
        """Make the authority and its signer."""
        write_authority(self.folder, "east", self.root)
        authorities = Authorities(self.folder, self.clock)
        authorities.refresh()
        known = {"east": self.accounts}
        callers = Callers(DOMAIN, "east", self.clock, authorities.cluster_of, known, self.tokens)
        allowance = Allowance(self.clock, self.per_minute_max)
        return Signer(authorities, callers, allowance, Lives(600, 3600), self.clock, RNG)

    def join_token(self, life_s: float = 60) -> str:
        """Make a token for the cart of cluster `east`."""
        token, now_s = new_token(RNG), self.clock.now_s()
        kept = JoinToken(token_hash(token), ClusterName("east"), "shop", "cart", now_s + life_s)
        self.tokens.add_join_token(kept, now_s)
        return token


def a_call(
    token: str = "", *, name: SpiffeId = SHOP, life_s: float = 0, cluster: str = ""
) -> SigningCall:
    """Ask for a certificate with a new key."""
    request = new_request(new_key(), name)
    return SigningCall(request, life_s, token=token, cluster=cluster, peer="ipv4:10.0.0.9:4")
