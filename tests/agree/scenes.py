"""All kinds of trials, and how often each is drawn."""

from collections.abc import Callable, Iterator, Mapping

from tests.agree import (
    admissions,
    arrivals,
    batch,
    connections,
    edges,
    intercepted,
    limited,
    lookups,
    overlays,
    patches,
    upgraded,
)
from tests.agree.dice import Dice
from tests.agree.trial import Ground, Trial
from tools.child.ports import free_ports

Draw = Callable[[Dice, Ground, int], Trial]


def _requests(dice: Dice, ground: Ground, calls: int) -> Trial:
    return batch.draw(dice, free_ports(1)[0], ground, calls).trial


def _overlaid(draw: Draw) -> Draw:
    def drawn(dice: Dice, ground: Ground, calls: int) -> Trial:
        trial = draw(dice, ground, calls)
        return overlays.laid_over(dice, trial) if dice.chance(_OVERLAID) else trial

    return drawn


_OVERLAID = 0.85
_SHARES: Mapping[str, tuple[Draw, int]] = {
    "requests": (_requests, 5),
    "edges": (edges.draw, 3),
    "connections": (connections.draw, 3),
    "patches": (patches.draw, 3),
    "arrivals": (arrivals.draw, 2),
    "intercepted": (intercepted.draw, 4),
    "limited": (limited.draw, 7),
    "lookups": (lookups.draw, 2),
    "upgraded": (upgraded.draw, 1),
    "admissions": (admissions.draw, 1),
}
BY_NAME: Mapping[str, Draw] = {name: _overlaid(draw) for name, (draw, _) in _SHARES.items()}
"""Kinds of trials: about where calls go, and the last about who may call at all."""

SCENES: Mapping[Draw, int] = {draw: _SHARES[name][1] for name, draw in BY_NAME.items()}
"""All of them with their shares."""


def in_turn(dice: Dice, scenes: Mapping[Draw, int]) -> Iterator[Draw]:
    """Yield kinds without end: first each of them, then in their shares, in random order."""
    once, again = list(scenes), [one for one, share in scenes.items() for _ in range(share)]
    turn = once
    while True:
        yield from dice.mixed(turn)
        turn = again
