"""Durations are read and written as Go does it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libs.meshapi.durations import format_duration, parse_duration


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("0", 0),
        ("0s", 0),
        ("1.5s", 1_500_000),
        ("100ms", 100_000),
        ("1h2m3s", 3_723_000_000),
        ("-1m", -60_000_000),
        ("+2s", 2_000_000),
        (".5s", 500_000),
        ("1.s", 1_000_000),
        ("3us", 3),
        ("3µs", 3),
        ("1500ns", 2),
        ("1s1s", 2_000_000),
        ("24h", 86_400_000_000),
    ],
)
def test_a_duration_is_read(text: str, microseconds: int) -> None:
    """Every unit and every sequence of units counts; nanoseconds are rounded."""
    assert parse_duration(text) == timedelta(microseconds=microseconds)


@pytest.mark.parametrize(
    "text",
    ["", "s", "1", "1.5", "-", "+", "1 s", "1S", "1d", "1e3s", "٣s", ".s", "1h-1m", "9" * 50 + "s",
     "99999999h"],
)  # fmt: skip
def test_what_is_no_duration_is_refused(text: str) -> None:
    """A number without a unit is none either."""
    with pytest.raises(ValueError, match="no duration"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("0", "0s"),
        ("60s", "1m"),
        ("3600s", "1h"),
        ("3661.5s", "1h1m1.5s"),
        ("0.25s", "250ms"),
        ("1.5ms", "1.5ms"),
        ("20us", "20us"),
        ("-90s", "-1m30s"),
        ("90000s", "25h"),
    ],
)
def test_a_duration_is_written_in_one_way(text: str, canonical: str) -> None:
    """Equal durations have equal texts, however they were written."""
    assert format_duration(parse_duration(text)) == canonical


@settings(deadline=None)
@given(st.timedeltas(timedelta(days=-1000), timedelta(days=1000)))
def test_a_written_duration_is_read_back(value: timedelta) -> None:
    """No microsecond is lost."""
    assert parse_duration(format_duration(value)) == value
