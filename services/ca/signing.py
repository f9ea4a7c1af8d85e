"""From a call to a certificate or a refusal, each with one line in the log."""

from dataclasses import dataclass

from libs.adapters.cagrpc.calls import Certified, RefusalKind, RefusedError, SigningCall
from libs.pki.certificates import pem_of
from libs.pki.errors import PkiError
from libs.pki.issuing import Issued, Life, Names, issue
from libs.pki.requests import SigningRequest, read_request
from libs.ports.clock import Clock
from libs.ports.rng import Rng
from libs.telemetry.logs import get_logger
from services.ca.allowance import Allowance
from services.ca.authorities import Authorities
from services.ca.callers import Caller, Callers


@dataclass(frozen=True, slots=True)
class Lives:
    """How long certificates live, in seconds."""

    usual_s: float
    longest_s: float

    def of(self, wish_s: float) -> float:
        """Return the life for a wish; 0 is none."""
        return min(wish_s or self.usual_s, self.longest_s)


@dataclass(frozen=True, slots=True)
class Signer:
    """`Certifier` over the authorities of all clusters."""

    authorities: Authorities
    callers: Callers
    allowance: Allowance
    lives: Lives
    clock: Clock
    rng: Rng

    async def certify(self, call: SigningCall) -> Certified:
        """Sign for a known caller, in its own name only."""
        request = self._request(call)
        caller = await self.callers.known(call)
        self._allowed(call, caller, request)
        authority = self.authorities.of(caller.cluster)
        if authority is None:
            self.callers.log(call, f"cluster `{caller.cluster[:80]}` has no valid authority")
            raise RefusedError(RefusalKind.TRY_LATER, "no authority signs for this cluster now")
        await self.callers.spend(call, caller)
        life = Life(self.clock.now_s(), self.lives.of(call.life_s))
        issued = issue(authority, request, Names(caller.identity), life, self.rng)
        _log(call, caller, issued)
        certificates = [issued.certificate, *authority.chain]
        return Certified([pem_of([one]) for one in certificates], issued.roots_pem)

    def _request(self, call: SigningCall) -> SigningRequest:
        try:
            return read_request(call.request_pem)
        except PkiError as error:
            self.callers.log(call, str(error))
            raise RefusedError(RefusalKind.BAD_REQUEST, str(error)) from None

    def _allowed(self, call: SigningCall, caller: Caller, request: SigningRequest) -> None:
        """Refuse names of others. A request that names nobody gets the caller's name."""
        own = str(caller.identity)
        wanted = {*request.names, *filter(None, (call.impersonates,))}
        if wanted - {own}:
            self.callers.log(call, f"`{own}` asks for another name")
            raise RefusedError(
                RefusalKind.NOT_ALLOWED, f"you are `{own}` and may have no other name"
            )
        if not self.allowance.take(caller.identity):
            self.callers.log(call, f"`{own}` asks too often")
            raise RefusedError(RefusalKind.TOO_MANY, "too many certificates in this minute")


def _log(call: SigningCall, caller: Caller, issued: Issued) -> None:
    get_logger().info(
        "certificate issued",
        identity=str(caller.identity),
        cluster=caller.cluster,
        by=caller.by,
        pod=caller.pod,
        peer=call.peer,
        serial=issued.serial,
        valid_until_s=issued.valid_until_s,
    )
