"""Who makes a call, as a filter of policies sees it: certificate, addresses, claims of a token."""

from dataclasses import dataclass, field
from typing import Any, Final

from libs.routing.call import Call, Tls
from libs.routing.outcome import UndecidedError
from libs.routing.request import Request

SPIFFE: Final = "spiffe://"
_FORWARDED: Final = "x-forwarded-for"


@dataclass(slots=True)
class Caller:
    """A call at a filter. `request` is None on a bare connection.

    `verified` says that the proxy checked the caller's certificate, `direct` that it takes the
    other end of the connection for the first caller, `hops` how many it trusts in between.
    `noted` is what filters before noted, by filter and key; with `chooses_again` routes see it.
    """

    call: Call
    request: Request | None
    verified: bool
    direct: bool = False
    hops: int = 0
    chooses_again: bool = False
    noted: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def identity(self) -> str | None:
        """What the caller's certificate says; None for no certificate that was checked."""
        if not self.verified or self.call.tls is not Tls.MTLS:
            return None
        name = self.call.source.get("principal")
        if name is None:
            raise UndecidedError("who calls: give the call a source principal")
        return name if name.startswith(SPIFFE) else SPIFFE + name

    @property
    def address(self) -> str:
        """The other end of the connection."""
        given = self.call.source.get("ip", "")
        if not given:
            raise UndecidedError("from where the call comes: give the call a source ip")
        return given

    @property
    def first_address(self) -> str:
        """Where the call began, as far as proxies in between are believed."""
        said = self.call.headers.get(_FORWARDED, "") if self.request is not None else ""
        if said and self.hops:
            raise UndecidedError("the first caller behind trusted hops")
        if self.direct or not said:
            return self.address
        return said.rpartition(",")[2].strip()
