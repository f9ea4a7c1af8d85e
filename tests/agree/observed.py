"""What an answer of libs/routing promises a caller, and what the caller got: comparable facts."""

import http.client
import json
import time
from collections.abc import Iterable, Mapping
from typing import Any

from libs.routing import headers as operations
from libs.routing.call import Call
from libs.routing.decision import Decision, Verdict
from libs.routing.outcome import Failure

_TIMEOUT_S = 10.0
_TIMER_SHARE = 0.8
"""Envoy's timers start from the time of its last event, a little before the request came."""
_STATUS_OF = {Failure.NO_VIRTUAL_HOST: 404, Failure.NO_ROUTE: 404, Failure.NO_ENDPOINTS: 503}
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
_GRPC_ABORT_STATUS = 200
"""What a client that does not speak gRPC sees of a gRPC status."""
Facts = dict[str, Any]


def ask(call: Call, names: Iterable[str]) -> Facts:
    """Make a call and return what came of it; of headers only those in `names`."""
    connection = http.client.HTTPConnection(call.address, call.port, timeout=_TIMEOUT_S)
    started = time.perf_counter()
    try:
        connection.putrequest(call.method, call.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", call.host)
        for name, value in call.headers.items():
            connection.putheader(name, value)
        if call.method != "GET":
            connection.putheader("content-length", "0")
        connection.endheaders()
        response = connection.getresponse()
        body = response.read().decode()
    finally:
        connection.close()
    elapsed_s = time.perf_counter() - started
    given: dict[str, list[str]] = {}
    for name, value in response.getheaders():
        given.setdefault(name.lower(), []).append(value)
    return _facts(response.status, given, body, elapsed_s, list(names))


def _facts(
    status: int, given: Mapping[str, list[str]], body: str, elapsed_s: float, names: list[str]
) -> Facts:
    facts: Facts = {"status": status, "elapsed_s": elapsed_s}
    facts["response"] = {name: ",".join(given[name]) for name in names if name in given}
    if "x-from" in given:
        seen = json.loads(body)
        facts |= {"workload": seen["workload"], "path": seen["path"], "host": seen["host"]}
        facts["attempt"] = seen["attempt"]
        facts["request"] = {
            name: ",".join(seen["headers"][name]) for name in names if name in seen["headers"]
        }
    else:
        facts |= {"body": body, "location": ",".join(given.get("location", []))}
    return facts


def header_names(decision: Decision, call: Call) -> list[str]:
    """Return the headers whose values the answer tells."""
    steps = decision.action.headers if decision.action else None
    touched = [*steps.request, *steps.response] if steps else []
    own = [name for name in call.headers if name not in ("x-fail-attempts", "x-delay-ms")]
    return sorted({*own, *_CROSS_ORIGIN, *(step.name for step in touched if step.name != "host")})


def promised(decision: Decision, call: Call, workloads: Mapping[tuple[str, int], str]) -> Facts:
    """Return the facts that an answer promises; `workload` is a set of those that may answer."""
    if decision.error is not None:
        return {"status": _STATUS_OF.get(decision.error, decision.error), "workload": None}
    action = decision.action
    if action is None:
        return {"undecided": decision.undecided}
    fault = action.fault
    facts: Facts = {"at_least_s": (fault.delay_s or 0.0) if fault else 0.0}
    if decision.verdict is Verdict.ABORT:
        status = fault.abort_status if fault else None
        return facts | {"status": status or _GRPC_ABORT_STATUS, "workload": None}
    facts["response"] = _texts({}, action.headers.response)
    if action.redirect is not None:
        answer = action.redirect
        return facts | {"status": answer.status, "location": answer.location, "workload": None}
    if action.direct_response is not None:
        said = action.direct_response
        return facts | {"status": said.status, "body": said.body, "workload": None}
    return facts | _forwarded(decision, call, workloads)


def _forwarded(decision: Decision, call: Call, workloads: Mapping[tuple[str, int], str]) -> Facts:
    action = decision.action
    chosen = [endpoint for one in decision.clusters for endpoint in one.endpoints]
    if action is None or not chosen:
        return {"status": 503, "workload": None, "response": None}
    delay_s = int(call.headers.get("x-delay-ms", 0)) / 1000
    if action.timeout_s is not None and delay_s > action.timeout_s:
        return {"status": 504, "workload": None, "response": None}
    failing = int(call.headers.get("x-fail-attempts", 0))
    retried = min(failing, retries_of(decision))
    rewrite = action.rewrite
    sent = {name: (value,) for name, value in call.headers.items()}
    return {
        "status": 503 if failing > retried else 200,
        "workload": {workloads.get((one.address, one.port)) for one in chosen},
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


def _same(name: str, value: Any, got: Facts) -> bool:
    if name == "at_least_s":
        return bool(got["elapsed_s"] >= value * _TIMER_SHARE)
    if name == "workload":
        return got.get(name) in value if value is not None else name not in got
    if name == "response" and value is None:
        return True
    if name in ("request", "response"):
        hidden = ("x-fail-attempts", "x-delay-ms")
        return got.get(name) == {key: one for key, one in value.items() if key not in hidden}
    return bool(got.get(name) == value)
