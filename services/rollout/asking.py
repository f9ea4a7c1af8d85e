"""Asks gates: those that the Store answers here, all others through what it is given."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from libs.kernel.ids import ClusterName
from libs.kernel.proxies import ProxyRecord
from libs.kernel.rollouts import RolloutState, Verdict
from libs.meshapi.rollout import Gate
from libs.rollout.conditions import condition
from libs.rollout.liveness import live
from libs.rollout.sight import Measurement
from libs.rollout.standing import Standing


@dataclass(frozen=True, slots=True)
class Question:
    """What a gate is asked about: the clusters of the wave, or behind the last one all of them."""

    rollout: RolloutState
    clusters: tuple[ClusterName, ...]
    standings: Mapping[ClusterName, Standing]
    proxies: tuple[ProxyRecord, ...]


class Asking(Protocol):
    """Asks a gate that needs more than the Store."""

    def ask(self, gate: Gate, question: Question) -> Measurement | None:
        """Return its answer, an Error where it cannot be asked; None for a gate of others."""
        ...


def answer(gate: Gate, question: Question, others: Iterable[Asking]) -> Measurement:
    """Ask one gate."""
    if gate.live is not None:
        return live(gate.live, question.rollout.plan.revision, question.proxies)
    if gate.condition is not None:
        return condition(gate.condition, question.standings)
    for one in others:
        found = one.ask(gate, question)
        if found is not None:
            return found
    return Measurement(Verdict.INCONCLUSIVE, "nobody here can ask this gate")


def question_of(
    state: RolloutState,
    standings: Mapping[ClusterName, Standing],
    proxies: Iterable[ProxyRecord],
) -> Question:
    """Return what the gates of the present wave are asked about."""
    waves = state.plan.waves
    chosen = waves[state.wave : state.wave + 1] or waves
    clusters = tuple(name for wave in chosen for name in wave.clusters)
    wanted = set(clusters)
    return Question(
        state,
        clusters,
        {name: one for name, one in standings.items() if name in wanted},
        tuple(one for one in proxies if one.cluster in wanted),
    )
