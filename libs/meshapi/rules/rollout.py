"""Rules of Rollout, and of the strategy in Fleet."""

from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rollout import Gate, Rollout, RolloutStrategy, Wave, Window
from libs.meshapi.rules.common import alternatives, duration_problem, unique, written
from libs.meshapi.rules.selection import requirements

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_MINUTES = 24 * 60


def check(obj: Rollout) -> Iterator[Problem]:
    """Check the strategy of a Rollout."""
    if not obj.spec.waves:
        yield Problem(("spec",), "the rollout moves nothing; write at least one item in `waves`")
    yield from check_strategy(obj.spec, ("spec",))


def check_strategy(spec: RolloutStrategy, path: Path) -> Iterator[Problem]:
    """Check waves, gates and windows that stand at `path`."""
    yield from unique((*path, "waves"), [one.name for one in spec.waves], "name", "wave")
    for index, wave in enumerate(spec.waves):
        yield from _wave((*path, "waves", index), wave)
    yield from _gates((*path, "gates"), spec.gates)
    yield from unique((*path, "windows"), [one.name for one in spec.windows], "name", "window")
    for index, window in enumerate(spec.windows):
        yield from _window((*path, "windows", index), window)
    yield from _overlaps((*path, "windows"), spec.windows)
    yield from duration_problem((*path, "progressDeadline"), spec.progress_deadline, zero=False)
    longest = max((wave.soak or timedelta() for wave in spec.waves), default=timedelta())
    if spec.progress_deadline is not None and spec.progress_deadline <= longest:
        text = "the deadline is not longer than a wave's `soak`; write a longer one"
        yield Problem((*path, "progressDeadline"), text)


def _wave(path: Path, wave: Wave) -> Iterator[Problem]:
    yield from requirements((*path, "clusters"), wave.clusters)
    yield from duration_problem((*path, "soak"), wave.soak, zero=True)
    yield from _gates((*path, "gates"), wave.gates)


def _gates(path: Path, gates: tuple[Gate, ...]) -> Iterator[Problem]:
    yield from unique(path, [one.name for one in gates], "name", "gate")
    for index, gate in enumerate(gates):
        here = (*path, index)
        yield from alternatives(here, gate)
        if not written(gate, *gate.ALTERNATIVES[0]):
            yield Problem(here, "the gate asks nothing; write what, such as `live: {}`")
        metric = gate.prometheus
        if metric is not None and metric.min is None and metric.max is None:
            text = "the query has no bounds; write `min` or `max`"
            yield Problem((*here, "prometheus"), text)
        elif metric is not None and _crossed(metric.min, metric.max):
            text = "the lower bound is above the upper one; write `max` above `min`"
            yield Problem((*here, "prometheus", "min"), text)
        if gate.hook is not None and not gate.hook.url.startswith(("http://", "https://")):
            text = f"{quoted(gate.hook.url)} is no address; write one with `https://`"
            yield Problem((*here, "hook", "url"), text)


def _crossed(least: float | None, most: float | None) -> bool:
    return least is not None and most is not None and least > most


def _window(path: Path, window: Window) -> Iterator[Problem]:
    if window.start == window.end:
        text = "the window ends where it starts; write another `end`"
        yield Problem((*path, "end"), text)
    yield from unique((*path, "days"), window.days, "", "day")
    if not _is_zone(window.time_zone):
        text = f"{quoted(window.time_zone)} is no time zone; write one such as `Europe/Berlin`"
        yield Problem((*path, "timeZone"), text)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _overlaps(path: Path, windows: tuple[Window, ...]) -> Iterator[Problem]:
    """Find windows that say the same of the same time: which `overrun` is meant is a guess."""
    for index, window in enumerate(windows):
        for former in windows[:index]:
            alike = ("kind", "time_zone", "labels")
            same = all(getattr(former, name) == getattr(window, name) for name in alike)
            if same and _minutes(former) & _minutes(window):
                text = f"the window overlaps window {quoted(former.name)}; "
                yield Problem((*path, index), text + "write one window for both")


def _minutes(window: Window) -> frozenset[int]:
    """Return the minutes of the week that a window is on."""
    start, end = (_minute(text) for text in (window.start, window.end))
    length = end - start if start < end else end - start + _DAY_MINUTES
    days = [_DAYS.index(day) for day in window.days] or range(len(_DAYS))
    return frozenset(
        (day * _DAY_MINUTES + start + past) % (len(_DAYS) * _DAY_MINUTES)
        for day in days
        for past in range(length)
    )


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)
