"""Windows by the clocks of their zone."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from libs.meshapi.rollout import Window
from libs.rollout.windows import closed_by, is_on

NIGHT = {"name": "night", "kind": "freeze", "start": "22:00", "end": "06:00"}
OFFICE = {"name": "office", "kind": "allow", "start": "09:00", "end": "17:00"}


def _window(**fields: Any) -> Window:
    return Window.model_validate({**NIGHT, **fields})


def _at(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


@pytest.mark.parametrize(
    ("moment", "on"),
    [
        ("2026-03-02T21:59:59", False),
        ("2026-03-02T22:00:00", True),
        ("2026-03-03T05:59:59", True),
        ("2026-03-03T06:00:00", False),
    ],
)
def test_a_window_over_midnight_ends_on_the_next_day(moment: str, on: bool) -> None:  # noqa: FBT001
    """Its start belongs to it and its end does not."""
    assert is_on(_window(), _at(moment)) is on


def test_the_days_of_a_window_are_those_on_which_it_starts() -> None:
    """A night of Friday is still on in the early hours of Saturday."""
    window = _window(days=("fri",))
    assert is_on(window, _at("2026-03-06T23:00"))
    assert is_on(window, _at("2026-03-07T03:00"))
    assert not is_on(window, _at("2026-03-06T03:00"))
    assert not is_on(window, _at("2026-03-07T23:00"))


@pytest.mark.parametrize("day", ["2026-03-27", "2026-03-30", "2026-10-23", "2026-10-26"])
def test_a_window_moves_with_summer_time(day: str) -> None:
    """It is on by what a clock in its zone shows, on both sides of both changes."""
    window = _window(start="09:00", end="17:00", time_zone="Europe/Berlin")
    assert is_on(window, _at(f"{day}T09:00", "Europe/Berlin"))
    assert not is_on(window, _at(f"{day}T08:59", "Europe/Berlin"))
    assert not is_on(window, _at(f"{day}T17:00", "Europe/Berlin"))


def test_the_hour_that_comes_twice_is_frozen_twice() -> None:
    """Nobody moves through a gap in a change of time."""
    window = _window(start="02:00", end="03:00", time_zone="Europe/Berlin")
    first = _at("2026-10-25T00:30")
    assert is_on(window, first)
    assert is_on(window, first + 3600)
    assert not is_on(window, first + 7200)


@pytest.mark.parametrize(
    ("windows", "hour", "begun", "name"),
    [
        ([NIGHT], "23:00", False, "night"),
        ([NIGHT], "12:00", False, None),
        ([OFFICE], "12:00", False, None),
        ([OFFICE], "20:00", False, "office"),
        (
            [OFFICE, {**OFFICE, "name": "late", "start": "19:00", "end": "21:00"}],
            "20:00",
            False,
            None,
        ),
        ([OFFICE, {**NIGHT, "start": "11:00", "end": "13:00"}], "12:00", False, "night"),
        ([{**NIGHT, "overrun": "finish"}], "23:00", True, None),
        ([{**NIGHT, "overrun": "finish"}], "23:00", False, "night"),
        ([{**NIGHT, "overrun": "finish"}, {**NIGHT, "name": "other"}], "23:00", True, "other"),
        ([{**OFFICE, "overrun": "finish"}], "20:00", True, None),
        ([{**NIGHT, "labels": {"env": "prod"}}], "23:00", False, "night"),
        ([{**NIGHT, "labels": {"env": "test"}}], "23:00", False, None),
    ],
)
def test_which_window_is_in_the_way(
    windows: list[dict[str, Any]],
    hour: str,
    begun: bool,  # noqa: FBT001
    name: str | None,
) -> None:
    """A freeze beats every allowance; a wave that has begun may overrun what says so."""
    parsed = [Window.model_validate(one) for one in windows]
    found = closed_by(parsed, {"env": "prod"}, _at(f"2026-03-02T{hour}"), begun=begun)
    assert (found.name if found else None) == name
