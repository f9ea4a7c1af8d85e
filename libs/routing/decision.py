"""The answer: what was matched on the way of a call, what is done with it, or why nothing is."""

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from libs.routing.headers import HeaderStep
from libs.routing.outcome import Failure


class Verdict(StrEnum):
    """What becomes of the call."""

    FORWARD = "forward"
    REDIRECT = "redirect"
    RESPOND = "respond"
    ABORT = "abort"
    REFUSE = "refuse"
    NOT_DECIDED = "not decided"


@dataclass(frozen=True, slots=True)
class EndpointChoice:
    """An endpoint that may get the call; its weight counts inside its cluster and priority."""

    address: str
    port: int
    weight: int = 1
    priority: int = 0
    health: str = "UNKNOWN"


@dataclass(frozen=True, slots=True)
class ClusterChoice:
    """A cluster that may get the call. Weights are relative.

    Host and header changes are this choice's own, done before the action's. They are empty where
    all choices have the same: the action has them then.
    """

    name: str
    weight: int
    endpoints: tuple[EndpointChoice, ...] = ()
    host: str = ""
    request_headers: tuple[HeaderStep, ...] = ()
    response_headers: tuple[HeaderStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer that sends the client elsewhere."""

    status: int
    location: str


@dataclass(frozen=True, slots=True)
class DirectResponse:
    """An answer that asks no upstream."""

    status: int
    body: str


@dataclass(frozen=True, slots=True)
class Rewrite:
    """Path and host as the upstream sees them, query included; None is as they came."""

    path: str | None = None
    host: str | None = None


@dataclass(frozen=True, slots=True)
class Retries:
    """How often a failed attempt is repeated, and after which failures. Times in seconds."""

    attempts: int
    on: str
    statuses: tuple[int, ...] = ()
    per_try_timeout_s: float | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Injected faults: shares in percent, the delay in seconds."""

    delay_s: float | None = None
    delay_percent: float = 0.0
    abort_status: int | None = None
    abort_grpc_status: int | None = None
    abort_percent: float = 0.0


@dataclass(frozen=True, slots=True)
class Mirror:
    """A cluster that gets a copy, for a share of the calls in percent."""

    cluster: str
    percent: float


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that counts a call: `requests` may come at once, `refill` more every `per_s` seconds.

    `requests` is None where it is not understood which bucket counts. Beyond it the answer has
    `status`, where the limit is enforced. `percent` is the share of calls that it looks at.
    """

    filter: str
    requests: int | None
    refill: int = 1
    per_s: float = 0.0
    status: int = 429
    percent: float = 100.0
    enforced: bool = True
    per_connection: bool = False


@dataclass(frozen=True, slots=True)
class HeaderSteps:
    """Operations on headers in the order in which they are done."""

    request: tuple[HeaderStep, ...] = ()
    response: tuple[HeaderStep, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """Everything that is done with a matched request. `timeout_s` None is no limit."""

    redirect: Redirect | None = None
    direct_response: DirectResponse | None = None
    rewrite: Rewrite | None = None
    timeout_s: float | None = None
    retries: Retries | None = None
    fault: Fault | None = None
    mirror: tuple[Mirror, ...] = ()
    headers: HeaderSteps = HeaderSteps()
    limits: tuple[Limit, ...] = ()


@dataclass(slots=True)
class Decision:
    """What is known so far of a call; None is what was not reached.

    `undecided` names what is not understood, where the verdict is NOT_DECIDED. `reason`
    says why a policy refused it, `rule` which one of it did.
    """

    error: Failure | None = None
    listener: str | None = None
    filter_chain: str | None = None
    route_config: str | None = None
    virtual_host: str | None = None
    route: str | None = None
    clusters: tuple[ClusterChoice, ...] = ()
    action: Action | None = None
    verdict: Verdict | None = None
    undecided: str | None = None
    origin: dict[str, Any] | None = field(default=None)
    reason: str | None = None
    rule: str | None = None


def decision_json(decision: Decision) -> dict[str, Any]:
    """Return the command line's form of an answer, in plain dictionaries and lists.

    On an error what was not reached is null. A refusal by policies has its `reason` as well, and
    an action that rate limits count has those `limits`.
    """
    plain = asdict(decision)
    if decision.error is not None and not decision.clusters:
        plain["clusters"] = None
    action = plain["action"]
    if action is not None:
        action["timeout"] = action.pop("timeout_s")
        if not action["limits"]:
            del action["limits"]
    plain.pop("rule")
    if decision.reason is None:
        plain.pop("reason")
    name = plain.pop("undecided")
    if name is not None:
        plain["verdict"] = f"{Verdict.NOT_DECIDED}: {name}"
    return plain
