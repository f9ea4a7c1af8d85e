"""When clusters may move: freeze windows and allow windows, by what clocks on the wall show.

A window is a time of day in its zone, so that a change of summer time moves it with the people who
wrote it. Where any freeze window is on, nobody moves; where there are allow windows, somebody moves
only in one of them. A wave that has begun goes on where every window in its way says `finish`.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from libs.meshapi.rollout import Window

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def closed_by(
    windows: Iterable[Window], labels: Mapping[str, str], wall_s: float, *, begun: bool
) -> Window | None:
    """Return the window that keeps a cluster from moving now; None where it may.

    `wall_s` is in seconds since the epoch; `begun` says whether its wave has moved anybody yet.
    """
    mine = [one for one in windows if labels.items() >= one.labels.items()]
    blocking = [one for one in mine if one.kind == "freeze" and is_on(one, wall_s)]
    allowing = [one for one in mine if one.kind == "allow"]
    if allowing and not any(is_on(one, wall_s) for one in allowing):
        blocking += allowing
    if begun:
        blocking = [one for one in blocking if one.overrun == "pause"]
    return blocking[0] if blocking else None


def is_on(window: Window, wall_s: float) -> bool:
    """Say whether a window is on; one that ends before it starts ends on the next day."""
    local = datetime.fromtimestamp(wall_s, _zone(window.time_zone))
    start, end = time.fromisoformat(window.start), time.fromisoformat(window.end)
    now = local.time()
    if start < end:
        return start <= now < end and _is_day(window, local)
    if now >= start:
        return _is_day(window, local)
    return now < end and _is_day(window, local - timedelta(days=1))


def _is_day(window: Window, local: datetime) -> bool:
    return not window.days or _DAYS[local.weekday()] in window.days


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
