"""Prometheus' instant queries, https://prometheus.io/docs/prometheus/latest/querying/api."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from libs.adapters.gates.door import Door
from libs.ports.gates import GateError

TIMEOUT_S: Final = 10.0
VALUES_MAX: Final = 1_000
_OK: Final = 200
_TEXT_CHARS_MAX: Final = 200


@dataclass(frozen=True, slots=True)
class Prometheus:
    """`Metrics` of servers that speak Prometheus' interface."""

    door: Door
    timeout_s: float = TIMEOUT_S

    def values(self, address: str, query: str, stale_s: float) -> Sequence[float]:
        """Return the values of a vector, or of a scalar."""
        url = f"{address.rstrip('/')}/api/v1/query"
        form = {"query": query, "lookback_delta": f"{max(1, round(stale_s))}s"}
        status, content = self.door.ask("POST", url, self.timeout_s, form=form)
        if not isinstance(content, dict) or status != _OK or content.get("status") != "success":
            raise GateError(f"{address} answered {status}: {_reason(content)}")
        return _values(content.get("data"), address)


def _values(data: Any, address: str) -> Sequence[float]:
    try:
        kind, result = data["resultType"], data["result"]
        if kind == "scalar":
            return (float(result[1]),)
        if kind != "vector":
            raise GateError(f"{address}: the query gives a {kind}; write one that gives a vector")
        if len(result) > VALUES_MAX:
            raise GateError(f"{address}: the query gives more than {VALUES_MAX} values")
        return tuple(float(one["value"][1]) for one in result)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise GateError(f"{address}: the reply is none of Prometheus") from error


def _reason(content: Any) -> str:
    text = content.get("error") if isinstance(content, dict) else None
    return str(text)[:_TEXT_CHARS_MAX] if text else "no reason given"
