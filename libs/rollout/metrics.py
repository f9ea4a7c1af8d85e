"""What values of metrics say of a rollout, and how queries name its clusters."""

import math
import re
from collections.abc import Iterable, Sequence

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.rollouts import Verdict
from libs.meshapi.rollout import PrometheusGate
from libs.rollout.sight import Measurement

CLUSTERS, OTHERS, REVISION = "%CLUSTERS%", "%OTHERS%", "%REVISION%"


def filled(
    query: str, clusters: Iterable[ClusterName], others: Iterable[ClusterName], revision: RevisionId
) -> str:
    """Return a query with its clusters: as a regular expression of those that moved, or of others.

    So a query reads `sum(rate(requests_total{cluster=~"%CLUSTERS%"}[1m]))`.
    """
    named = query.replace(CLUSTERS, _either(clusters)).replace(OTHERS, _either(others))
    return named.replace(REVISION, revision)


def judged(
    gate: PrometheusGate, values: Sequence[float], baseline: Sequence[float] | None
) -> Measurement:
    """Judge the values of a query; with a baseline, the quotient of both is judged.

    No data, NaN and infinity say nothing: a canary without traffic is no healthy canary.
    """
    found = _finite(values)
    if isinstance(found, str):
        return Measurement(Verdict.INCONCLUSIVE, f"the query gives {found}")
    if baseline is not None:
        base = _finite(baseline)
        if isinstance(base, str):
            return Measurement(Verdict.INCONCLUSIVE, f"the baseline gives {base}")
        if len(base) != 1 or not base[0]:
            text = f"the baseline gives {_listed(base)}, which nothing can be compared with"
            return Measurement(Verdict.INCONCLUSIVE, text)
        found = [one / base[0] for one in found]
    for one in found:
        if gate.min is not None and one < gate.min:
            return Measurement(Verdict.FAILED, f"{one:.6g} is below {gate.min:.6g}")
        if gate.max is not None and one > gate.max:
            return Measurement(Verdict.FAILED, f"{one:.6g} is above {gate.max:.6g}")
    return Measurement(Verdict.SUCCESSFUL, _listed(found))


def _finite(values: Sequence[float]) -> list[float] | str:
    if not values:
        return "no data"
    odd = next((one for one in values if not math.isfinite(one)), None)
    return list(values) if odd is None else f"{odd}"


def _listed(values: Sequence[float]) -> str:
    shown = ", ".join(f"{one:.6g}" for one in values[:3])
    return shown + (f" and {len(values) - 3} more" if len(values) > 3 else "")


def _either(clusters: Iterable[ClusterName]) -> str:
    """Return a regular expression, as a part of a text in quotes, that no other name matches."""
    named = "|".join(re.escape(one) for one in sorted(clusters))
    return named.replace("\\", "\\\\").replace('"', '\\"') or "^$"
