"""Creation time and priority are read from what users and servers write."""

import pytest

from libs.meshapi.metadata import PRIORITY_ANNOTATION, Metadata


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1970-01-01T00:01:00Z", 60.0),
        ("1970-01-01T01:00:00+01:00", 0.0),
        ("1970-01-01T00:00:00.5Z", 0.5),
        ("1970-01-01T00:00:01", 1.0),
        ("yesterday", None),
        (None, None),
    ],
)
def test_a_creation_time_is_seconds_since_the_epoch(text: str | None, seconds: float) -> None:
    """A time without zone is UTC; what is no time is none."""
    assert Metadata(name="a", creation_timestamp=text).created_at_s == seconds


@pytest.mark.parametrize(
    ("annotations", "priority"),
    [
        ({PRIORITY_ANNOTATION: "10"}, 10),
        ({PRIORITY_ANNOTATION: "-1"}, -1),
        ({PRIORITY_ANNOTATION: "high"}, None),
        ({}, None),
    ],
)
def test_a_priority_is_a_whole_number(annotations: dict[str, str], priority: int | None) -> None:
    """What is no number is no priority."""
    assert Metadata(name="a", annotations=annotations).priority == priority
