"""What an answer of libs/routing promises a caller, and what the caller got: comparable facts."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from libs.routing import headers as operations
from libs.routing.call import Call
from libs.routing.decision import Action, Decision, Fault, Limit, Verdict
from libs.routing.outcome import Failure
from tests.agree.client import NO_ANSWER, Facts

_TIMER_SHARE = 0.8
"""Envoy's timers start from the time of its last event, a little before the request came."""
_STATUS_OF = {
    Failure.NO_VIRTUAL_HOST: 404,
    Failure.NO_ROUTE: 404,
    Failure.NO_ENDPOINTS: 503,
    Failure.TLS_REDIRECT: 301,
    Failure.DENIED: 403,
}
_UNKNOWN_CALLER = (
    "no rule takes tokens",
    "the token is not where",
    "the token cannot be verified",
    "no token of the issuer",
)
"""Tokens that tell nothing about a caller; a good one for somebody else is denied."""
_RETRIED_503 = frozenset({"5xx", "gateway-error"})
_CROSS_ORIGIN = tuple(
    f"access-control-{name}"
    for name in (
        "allow-origin",
        "allow-credentials",
        "allow-methods",
        "allow-headers",
        "expose-headers",
        "max-age",
    )
)
_NOBODY = {None}
"""The workloads where nobody answers: of calls that go on to where they were meant to."""
_GRPC_ABORT_STATUS = 200
"""What a client that does not speak gRPC sees of a gRPC status."""
_ALL_PERCENT = 100.0
AGAIN_MAX = 4
"""Limits that count no call but one are this small at most."""


def header_names(decision: Decision, call: Call) -> list[str]:
    """Return the headers whose values the answer tells."""
    steps = decision.action.headers if decision.action else None
    touched = [*steps.request, *steps.response] if steps else []
    own = [name for name in call.headers if name not in ("x-fail-attempts", "x-delay-ms")]
    return sorted({*own, *_CROSS_ORIGIN, *(step.name for step in touched if step.name != "host")})


def repeats(decision: Decision) -> int:
    """Return how often a call has to be made again until a limit of its own refuses it."""
    size = _smallest(decision)
    return size if size is not None and size <= AGAIN_MAX else 0


def _refusing(decision: Decision) -> list[Limit]:
    """Return the limits that refuse calls beyond them, where each call has its own connection."""
    limits = decision.action.limits if decision.action else ()
    return [one for one in limits if one.enforced and not one.per_connection and one.requests]


def _smallest(decision: Decision) -> int | None:
    return min((one.requests or 0 for one in _refusing(decision)), default=None)


@dataclass(frozen=True, slots=True)
class Then:
    """The answers to a call that is repeated: from the `beyond`th on those of a limit, if any."""

    status: object
    beyond: int | None = None
    last: int = 0

    def fits(self, got: Sequence[int]) -> bool:
        """Compare the statuses of the second answer and all later ones."""
        limited = len(got) if self.beyond is None else self.beyond - 1
        return all(
            one == (self.status if at < limited else self.last) for at, one in enumerate(got)
        )


def _then(decision: Decision, status: object) -> Then:
    """The first limit that is used up answers."""
    size = _smallest(decision)
    if size is None:
        return Then(status)
    last = next(one for one in _refusing(decision) if one.requests == size)
    return Then(status, size, last.status)


def possible(decision: Decision) -> Iterator[Decision]:
    """Yield what may become of a call where chance decides about faults; else the answer alone."""
    action = decision.action
    fault = action.fault if action else None
    if action is None or fault is None:
        yield decision
        return
    for delays in _outcomes(fault.delay_percent):
        for aborts in _outcomes(fault.abort_percent):
            certain = _certain(fault, delays=delays, aborts=aborts)
            aborted = replace(decision, action=replace(action, fault=certain))
            if aborts:
                aborted.verdict, aborted.error = Verdict.ABORT, None
            yield aborted


def _outcomes(percent: float) -> tuple[bool, ...]:
    return (True, False) if 0 < percent < _ALL_PERCENT else (percent > 0,)


def _certain(fault: Fault, *, delays: bool, aborts: bool) -> Fault:
    return Fault(
        fault.delay_s if delays else None,
        _ALL_PERCENT * delays,
        fault.abort_status if aborts else None,
        fault.abort_grpc_status if aborts else None,
        _ALL_PERCENT * aborts,
    )


def promised(decision: Decision, call: Call, workloads: Mapping[tuple[str, int], str]) -> Facts:
    """Return the facts that an answer promises; `workload` is a set of those that may answer."""
    if decision.error is not None:
        return _refused(decision, decision.error)
    action = decision.action
    if action is None or decision.verdict is Verdict.NOT_DECIDED:
        return {"undecided": decision.undecided}
    if decision.route_config is None:
        return _connected(decision, workloads)
    fault = action.fault
    facts: Facts = {"at_least_s": (fault.delay_s or 0.0) if fault else 0.0}
    if decision.verdict is Verdict.ABORT:
        status = fault.abort_status if fault else None
        return facts | {"status": status or _GRPC_ABORT_STATUS, "workload": None}
    facts["response"] = _texts({}, action.headers.response)
    facts |= _answered(action) or _forwarded(decision, call, workloads)
    return facts | {"then": _then(decision, facts["status"])}


def _answered(action: Action) -> Facts:
    """Return what the proxy answers itself; nothing where it asks an upstream."""
    if action.redirect is not None:
        answer = action.redirect
        return {"status": answer.status, "location": answer.location, "workload": None}
    if action.direct_response is not None:
        said = action.direct_response
        return {"status": said.status, "body": said.body, "workload": None}
    return {}


def _refused(decision: Decision, error: Failure) -> Facts:
    """Where requests are read there is an answer; else the connection ends."""
    answers = decision.route_config is not None and error in _STATUS_OF
    if answers and error is Failure.DENIED and (decision.reason or "").startswith(_UNKNOWN_CALLER):
        return {"status": 401, "workload": None}
    return {"status": _STATUS_OF[error] if answers else NO_ANSWER, "workload": None}


def _connected(decision: Decision, workloads: Mapping[tuple[str, int], str]) -> Facts:
    """Return what comes of a connection that no route decides about."""
    answering = _answering(decision, workloads)
    if not answering or answering == _NOBODY:
        return {"status": NO_ANSWER, "workload": None}
    return {"status": 200, "workload": answering}


def _answering(
    decision: Decision, workloads: Mapping[tuple[str, int], str], *, retried: bool = False
) -> set[str | None]:
    """Return the workloads that may answer: of each cluster those that are called first."""
    found: set[str | None] = set()
    for one in decision.clusters:
        first = min((each.priority for each in one.endpoints), default=0)
        for endpoint in one.endpoints:
            if endpoint.priority == first or retried:
                is_local = endpoint.address.endswith("localhost")
                address = "127.0.0.1" if is_local else endpoint.address
                found.add(workloads.get((address, endpoint.port)))
    return found


def _forwarded(decision: Decision, call: Call, workloads: Mapping[tuple[str, int], str]) -> Facts:
    action = decision.action
    chosen = [endpoint for one in decision.clusters for endpoint in one.endpoints]
    if action is None or not chosen:
        return {"status": 503, "workload": None, "response": None}
    delay_s = int(call.headers.get("x-delay-ms", 0)) / 1000
    if action.timeout_s is not None and delay_s > action.timeout_s:
        return {"status": 504, "workload": None, "response": None}
    if _answering(decision, workloads) == _NOBODY:
        return {"status": 503, "workload": None, "response": None}
    failing = int(call.headers.get("x-fail-attempts", 0))
    retried = min(failing, retries_of(decision))
    rewrite = action.rewrite
    sent = {name: (value,) for name, value in call.headers.items()}
    return {
        "status": 503 if failing > retried else 200,
        "workload": _answering(decision, workloads, retried=bool(retried)),
        "attempt": retried + 1,
        "path": rewrite.path if rewrite and rewrite.path is not None else call.path,
        "host": rewrite.host if rewrite and rewrite.host is not None else call.host,
        "request": _texts(sent, action.headers.request),
    }


def retries_of(decision: Decision) -> int:
    """Return how often an answer of 503 is asked for again."""
    retries = decision.action.retries if decision.action else None
    if retries is None:
        return 0
    wanted = bool(_RETRIED_503 & set(retries.on.split(","))) or 503 in retries.statuses
    return retries.attempts if wanted else 0


def _texts(
    headers: Mapping[str, tuple[str, ...]], steps: Iterable[operations.HeaderStep]
) -> dict[str, str]:
    return {name: ",".join(values) for name, values in operations.applied(headers, steps).items()}


def differences(wanted: Facts, got: Facts) -> list[str]:
    """Name the facts that are not as promised."""
    found = []
    for name, value in wanted.items():
        if not _same(name, value, got):
            shown = got.get("elapsed_s") if name == "at_least_s" else got.get(name)
            found.append(f"{name}: libs/routing {value!r}, Envoy {shown!r}")
    return found


def fits(
    decision: Decision, call: Call, workloads: Mapping[tuple[str, int], str], got: Facts
) -> list[str]:
    """Say how the nearest of all possible answers differs from what came; nothing for none."""
    found = [differences(promised(one, call, workloads), got) for one in possible(decision)]
    return min(found, key=len)


def _same(name: str, value: Any, got: Facts) -> bool:
    if name == "at_least_s":
        return bool(got["elapsed_s"] >= value * _TIMER_SHARE)
    if name == "workload":
        return got.get(name) in value if value is not None else name not in got
    if name == "then":
        return bool(value.fits(got.get(name, ())))
    if name == "response" and value is None:
        return True
    if name in ("request", "response"):
        hidden = ("x-fail-attempts", "x-delay-ms")
        return got.get(name) == {key: one for key, one in value.items() if key not in hidden}
    return bool(got.get(name) == value)
