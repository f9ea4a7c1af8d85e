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
TRAFFIC: Mapping[Draw, int] = {
    _overlaid(draw): share
    for draw, share in (
        (_requests, 5),
        (edges.draw, 3),
        (connections.draw, 3),
        (patches.draw, 3),
        (arrivals.draw, 2),
        (intercepted.draw, 4),
        (limited.draw, 3),
        (lookups.draw, 2),
        (upgraded.draw, 1),
    )
}
"""Kinds of trials about where calls go, with their shares."""

EVENLY: Mapping[Draw, int] = dict.fromkeys(TRAFFIC, 1)
"""The same, all of them as often."""

ADMISSIONS: Mapping[Draw, int] = {_overlaid(admissions.draw): 1}
"""Trials about who may call at all."""

SCENES: Mapping[Draw, int] = {**TRAFFIC, **ADMISSIONS}


def in_turn(dice: Dice, scenes: Mapping[Draw, int]) -> Iterator[Draw]:
    """Yield kinds without end: first each of them, then in their shares, in random order."""
    once, again = list(scenes), [one for one, share in scenes.items() for _ in range(share)]
    turn = once
    while True:
        yield from dice.mixed(turn)
        turn = again
