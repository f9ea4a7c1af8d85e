"""The gate over conditions of clusters: each is True, False, or not known."""

from collections.abc import Callable, Mapping

from libs.kernel.ids import ClusterName
from libs.kernel.rollouts import Verdict
from libs.meshapi.rollout import ClusterCondition, ConditionGate
from libs.rollout.sight import Measurement
from libs.rollout.standing import Place, Standing

_UNDECIDED = frozenset({Place.ON_ITS_WAY})

_CONDITIONS: Mapping[ClusterCondition, Callable[[Place], bool | None]] = {
    "Reachable": lambda place: place is not Place.UNREACHABLE,
    "Accepted": lambda place: (
        None if place in {*_UNDECIDED, Place.UNREACHABLE} else (place is not Place.REFUSED)
    ),
    "Ready": lambda place: None if place in _UNDECIDED else place is Place.THERE,
}


def condition(gate: ConditionGate, standings: Mapping[ClusterName, Standing]) -> Measurement:
    """Judge the clusters of a wave: one that is otherwise fails, an unknown one says nothing."""
    ask = _CONDITIONS[gate.type]
    wanted = gate.status == "True"
    unknown = ""
    for name, one in sorted(standings.items()):
        found = ask(one.place)
        if found is None:
            unknown = unknown or f"{name} is {one.place.value}"
        elif found is not wanted:
            reason = one.reason or one.place.value
            return Measurement(Verdict.FAILED, f"{gate.type} of {name} is {found}: {reason}")
    if unknown or not standings:
        return Measurement(Verdict.INCONCLUSIVE, unknown or "there are no clusters to ask about")
    return Measurement(Verdict.SUCCESSFUL, f"{gate.type} is {wanted} in {len(standings)} clusters")
