"""Gets one certificate: a new key, a request, a proof of who asks, and a check of what comes."""

from dataclasses import dataclass, field

from libs.adapters.cagrpc.calls import SigningCall
from libs.adapters.cagrpc.client import CaClient
from libs.kernel.looperrors import StalledError, TransientError
from libs.pki.certificates import identity_of, read_certificates
from libs.pki.errors import PkiError
from libs.pki.holding import Holding, holding
from libs.pki.jointokens import is_token
from libs.pki.keys import key_pem, new_key
from libs.pki.requests import new_request
from libs.pki.spiffe import SpiffeId
from libs.ports.clock import Clock
from tools.agent.options import AuthorityOptions

TOKEN_BYTES_MAX = 16 * 1024


@dataclass(slots=True)
class Obtaining:
    """Asks the authority. The token's file is read each time: Kubernetes replaces it."""

    options: AuthorityOptions
    identity: SpiffeId
    cluster: str
    clock: Clock
    _spent: set[str] = field(default_factory=set)

    async def obtain(self, held: Holding | None) -> Holding:
        """Return a new certificate for a new key.

        Raises `StalledError` when the authority refuses or answers with what is not ours, and
        `TransientError` when it cannot be asked now.
        """
        key = new_key()
        live = held if held and held.valid_until_s > self.clock.now_s() else None
        roots = live.roots_pem if live else self._roots()
        token = self._token()
        shown = live if self.options.mutual_address and (not token or is_token(token)) else None
        if shown is None and token in self._spent:
            raise StalledError(
                f"{self.options.token}: its join token was used, and there is no valid certificate"
                " to renew with; put a new token there"
            )
        address = self.options.mutual_address if shown else self.options.address
        call = SigningCall(
            new_request(key, self.identity),
            self.options.life_s,
            token="" if shown else token,
            cluster=self.cluster,
        )
        client = CaClient(address, server_name=self.options.server_name)
        made = await client.certify(call, roots, shown)
        if not shown and is_token(token):
            self._spent.add(token)
        try:
            return self._checked(b"".join(made.certificates), key_pem(key), made.roots)
        except PkiError as error:
            raise StalledError(f"the authority at {address} answered with {error}") from error

    def _checked(self, chain: bytes, key: bytes, roots: bytes) -> Holding:
        got = holding(chain, key, roots)
        named = identity_of(read_certificates(chain, "the certificate")[0])
        if named != self.identity:
            raise PkiError(f"a certificate for `{named}`, and this is `{self.identity}`")
        return got

    def _roots(self) -> bytes:
        try:
            return self.options.roots.read_bytes()
        except OSError as error:
            raise TransientError(f"{self.options.roots}: {error.strerror}") from error

    def _token(self) -> str:
        try:
            with self.options.token.open(encoding="utf-8") as file:
                return file.read(TOKEN_BYTES_MAX).strip()
        except OSError as error:
            if self.options.mutual_address:
                return ""
            raise TransientError(f"{self.options.token}: {error.strerror}") from error
