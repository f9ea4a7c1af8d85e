"""The authority's own certificate as a server, which it signs itself and keeps in memory."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from libs.kernel.looperrors import StalledError
from libs.pki.certificates import pem_of
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue
from libs.pki.keys import new_key
from libs.pki.renewal import renewal_at_s
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId
from libs.ports.clock import Clock
from libs.ports.rng import Rng
from services.ca.authorities import Authorities

NAMESPACE = "istio-system"
ACCOUNT = "periplus-ca"


@dataclass(frozen=True, slots=True)
class ServerNames:
    """How callers know the server."""

    trust_domain: str
    dns: Sequence[str]
    addresses: Sequence[str]


@dataclass(slots=True)
class ServingIdentity:
    """What handshakes show and trust. `renew` changes it, `current` is safe in any thread."""

    authorities: Authorities
    names: ServerNames
    cluster: str
    life_s: float
    clock: Clock
    rng: Rng
    _held: Holding | None = field(default=None)
    _renew_at_s: float = 0.0

    def current(self) -> Holding:
        """Return what is shown now."""
        if self._held is None:
            raise StalledError("the server has no certificate yet")
        return self._held

    def renew(self, *, at_once: bool) -> None:
        """Make a new key and certificate when they are due, or `at_once`.

        Raises `StalledError` when the cluster that vouches for this server has no authority.
        """
        now_s = self.clock.now_s()
        if self._held is not None and not at_once and now_s < self._renew_at_s:
            return
        authority = self.authorities.of(self.cluster)
        if authority is None:
            raise StalledError(
                f"cluster `{self.cluster}` has no valid authority to vouch for this server;"
                " name one by PERIPLUS_CA_DEFAULT_CLUSTER"
            )
        identity = SpiffeId(self.names.trust_domain, NAMESPACE, ACCOUNT)
        key = new_key()
        request = read_request(new_request(key, identity))
        names = Names(identity, self.names.dns, self.names.addresses)
        issued = issue(authority, request, names, Life(now_s, self.life_s), self.rng)
        # Callers of all clusters come here, so all roots count, not only those of one.
        trusted = pem_of(self.authorities.roots())
        self._held = replace(holding_of(issued, key), roots_pem=trusted)
        self._renew_at_s = renewal_at_s(now_s, issued.valid_until_s, self.rng)
