"""What a step says is to be done."""

from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.ids import ClusterName
from libs.kernel.revisions import Target
from libs.kernel.rollouts import RolloutEvent, RolloutState


class WaitKind(StrEnum):
    """What a rollout waits for; a closed set."""

    NOTHING = "nothing"
    APPROVAL = "approval"
    WINDOW = "window"
    CLUSTERS = "clusters"
    SOAK = "soak"
    GATE = "gate"
    PAUSED = "paused"
    HELD = "held"


@dataclass(frozen=True, slots=True)
class Wait:
    """Why nothing moves now, for people."""

    kind: WaitKind
    text: str


@dataclass(frozen=True, slots=True)
class Step:
    """The state to write with its moves and events, all or nothing, and what to wait for then.

    `removed` are clusters whose targets are forgotten. `asks` are gates to be asked before the next
    step. A step whose state is the one it was made from writes nothing.
    """

    state: RolloutState | None
    moves: tuple[Target, ...] = ()
    removed: tuple[ClusterName, ...] = ()
    asks: tuple[str, ...] = ()
    wait: Wait | None = None
    events: tuple[RolloutEvent, ...] = ()
