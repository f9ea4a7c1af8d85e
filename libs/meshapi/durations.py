"""Durations as Go writes them: `1.5s`, `100ms`, `1h2m3s`; `timedelta` inside, canonical outside."""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator
from pydantic_core import PydanticCustomError

_US_PER_UNIT = {
    "ns": 1e-3,
    "us": 1.0,
    "µs": 1.0,
    "μs": 1.0,
    "ms": 1e3,
    "s": 1e6,
    "m": 6e7,
    "h": 3.6e9,
}
_PART = re.compile(r"([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
TEXT_CHARACTERS_MAX = 40
PATTERN = r"^[-+]?(0|(([0-9]+\.?[0-9]*|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h))+)$"
"""What `parse_duration` reads, as a regular expression of Go."""
_YEARS_MAX_US = 290 * 365 * 24 * 3_600_000_000.0


@lru_cache(maxsize=1024)
def parse_duration(text: str) -> timedelta:
    """Read a Go duration, rounded to microseconds. Raises `ValueError` for anything else."""
    if text in ("0", "+0", "-0"):
        return timedelta(0)
    sign = -1 if text[:1] == "-" else 1
    rest = text[1:] if text[:1] in ("-", "+") else text
    total_us, at = 0.0, 0
    if not rest or len(rest) > TEXT_CHARACTERS_MAX:
        raise ValueError("no duration")
    while at < len(rest):
        part = _PART.match(rest, at)
        if part is None:
            raise ValueError("no duration")
        total_us += float(part[1]) * _US_PER_UNIT[part[2]]
        at = part.end()
    if total_us > _YEARS_MAX_US:
        raise ValueError("no duration")
    return timedelta(microseconds=sign * round(total_us))


def format_duration(value: timedelta) -> str:
    """Write the canonical form: hours, minutes and seconds with a fraction, no zero parts."""
    total_us = value // timedelta(microseconds=1)
    if total_us == 0:
        return "0s"
    sign, total_us = ("-", -total_us) if total_us < 0 else ("", total_us)
    if total_us < 1_000_000:
        return sign + _below_a_second(total_us)
    minutes, us = divmod(total_us, 60_000_000)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{us // 1_000_000}.{us % 1_000_000:06d}".rstrip("0").rstrip(".")
    parts = (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "")
    return sign + "".join(parts) + (f"{seconds}s" if us else "")


def _below_a_second(us: int) -> str:
    whole, thousandths = divmod(us, 1000)
    if not whole:
        return f"{thousandths}us"
    return f"{whole}.{thousandths:03d}".rstrip("0").rstrip(".") + "ms"


def _validate(value: Any) -> timedelta:
    if type(value) is timedelta:
        return value
    if type(value) is str:
        try:
            return parse_duration(value)
        except ValueError:
            pass
    raise PydanticCustomError("duration", "no duration")


Duration = Annotated[
    timedelta,
    PlainValidator(_validate, json_schema_input_type=str),
    PlainSerializer(format_duration, return_type=str, when_used="json"),
]
"""A field that users write as a Go duration."""
