"""Who is calling: a service account, a host that joins, or a workload that renews."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from cryptography import x509

from libs.adapters.cagrpc.calls import RefusalKind, RefusedError, SigningCall
from libs.kernel.looperrors import StalledError, TransientError
from libs.pki.certificates import identity_of, read_certificates
from libs.pki.errors import PkiError
from libs.pki.jointokens import is_token, token_hash
from libs.pki.spiffe import SpiffeId
from libs.ports.clock import Clock
from libs.ports.jointokens import JoinTokens
from libs.ports.tokenreview import TokenReviewer
from libs.telemetry.logs import get_logger

UNKNOWN = "the caller is not known here"
"""All that a caller without a proper identity learns; the log says why."""
LATER = "the caller cannot be looked up now"


@dataclass(frozen=True, slots=True)
class Caller:
    """A caller that is known, and by what. `join_hash` is of a token that is still to be spent."""

    identity: SpiffeId
    cluster: str
    by: str
    join_hash: str = ""
    pod: str = ""


class UnknownCallerError(Exception):
    """Nobody that is known; the text is for the log and has no secret."""


@dataclass(frozen=True, slots=True)
class Callers:
    """The ways to know a caller. A cluster without a reviewer takes no service accounts.

    `cluster_of` says of which cluster a caller is by what its connection showed; it raises
    PkiError when nothing proves one.
    """

    trust_domain: str
    default_cluster: str
    clock: Clock
    cluster_of: Callable[[Sequence[x509.Certificate]], str]
    reviewers: Mapping[str, TokenReviewer] = field(default_factory=dict)
    join_tokens: JoinTokens | None = None

    async def known(self, call: SigningCall) -> Caller:
        """Return who calls. Raises RefusedError; the reason is logged."""
        try:
            return await self._known(call)
        except UnknownCallerError as error:
            self.log(call, str(error))
            raise RefusedError(RefusalKind.UNKNOWN_CALLER, UNKNOWN) from None
        except (StalledError, TransientError) as error:
            self.log(call, error.reason)
            raise RefusedError(RefusalKind.TRY_LATER, LATER) from None

    async def spend(self, call: SigningCall, caller: Caller) -> None:
        """Spend the join token of a caller that has one. Raises RefusedError when it is too late.

        This is the last step before a signature, so that a request that is refused for another
        reason leaves the token as it was.
        """
        if not caller.join_hash or self.join_tokens is None:
            return
        try:
            spent = await asyncio.to_thread(
                self.join_tokens.spend_join_token, caller.join_hash, self.clock.now_s()
            )
        except (StalledError, TransientError) as error:
            self.log(call, error.reason)
            raise RefusedError(RefusalKind.TRY_LATER, LATER) from None
        if not spent:
            self.log(call, "the join token was spent by another call")
            raise RefusedError(RefusalKind.UNKNOWN_CALLER, UNKNOWN)

    def log(self, call: SigningCall, reason: str) -> None:
        """Write down a refusal, without what the caller showed."""
        get_logger().warning(
            "certificate refused", reason=reason, peer=call.peer, cluster=call.cluster[:80]
        )

    async def _known(self, call: SigningCall) -> Caller:
        if call.token and is_token(call.token):
            return await self._joining(call)
        if call.token:
            return await self._account(call)
        if call.shown_pem:
            return self._renewing(call)
        raise UnknownCallerError("neither a token nor a certificate is shown")

    async def _joining(self, call: SigningCall) -> Caller:
        if self.join_tokens is None:
            raise UnknownCallerError("a join token is shown, and there is no store of those")
        hashed = token_hash(call.token)
        found = await asyncio.to_thread(self.join_tokens.join_token, hashed)
        if found is None:
            raise UnknownCallerError("the join token was spent, has expired, or never was")
        if found.expires_at_s <= self.clock.now_s():
            raise UnknownCallerError("the join token has expired")
        if call.cluster and call.cluster != found.cluster:
            raise UnknownCallerError(f"the join token is for cluster `{found.cluster}`")
        identity = self._identity(found.namespace, found.service_account)
        return Caller(identity, found.cluster, "join token", hashed)

    async def _account(self, call: SigningCall) -> Caller:
        cluster = call.cluster or self.default_cluster
        reviewer = self.reviewers.get(cluster)
        if reviewer is None:
            raise UnknownCallerError("no API server reviews tokens of this cluster")
        found = await asyncio.to_thread(reviewer.review, call.token)
        if found is None:
            raise UnknownCallerError("the API server does not know the token for our audience")
        identity = self._identity(found.namespace, found.service_account)
        return Caller(identity, cluster, "service account token", pod=found.pod)

    def _renewing(self, call: SigningCall) -> Caller:
        """The connection proved that the certificate is valid and that the caller has its key."""
        try:
            shown = read_certificates(call.shown_pem, "the certificate shown")
            identity = identity_of(shown[0])
            cluster = self.cluster_of(shown)
        except PkiError as error:
            raise UnknownCallerError(str(error)) from None
        # A connection that resumes a session does not look at the time again.
        if shown[0].not_valid_after_utc.timestamp() <= self.clock.now_s():
            raise UnknownCallerError("the certificate shown has expired")
        if identity.trust_domain != self.trust_domain:
            raise UnknownCallerError(f"`{identity}` is of another trust domain")
        if call.cluster not in ("", cluster):
            raise UnknownCallerError(f"the certificate shown is of cluster `{cluster}`")
        return Caller(identity, cluster, "certificate")

    def _identity(self, namespace: str, account: str) -> SpiffeId:
        try:
            return SpiffeId(self.trust_domain, namespace, account)
        except PkiError as error:
            raise UnknownCallerError(str(error)) from None
