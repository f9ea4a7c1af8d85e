"""Times and field masks are read as protobuf reads them."""

import pytest
from google.protobuf import duration_pb2, field_mask_pb2, timestamp_pb2

from libs.confighash.jsonform import from_json
from libs.confighash.wellknown import spelled
from libs.confighash.wire import MalformedError


@pytest.mark.parametrize("text", ["0s", "1.5s", "-0.25s", "3600.000000001s"])
def test_durations_are_those_of_protobuf(text: str) -> None:
    """Seconds and nanoseconds have one sign."""
    expected = duration_pb2.Duration()
    expected.FromJsonString(text)
    assert from_json(text, "google.protobuf.Duration") == expected.SerializeToString()


@pytest.mark.parametrize("text", ["2024-02-29T01:02:03Z", "1969-12-31T23:00:00.5-02:30"])
def test_timestamps_are_those_of_protobuf(text: str) -> None:
    """Fractions and offsets count."""
    expected = timestamp_pb2.Timestamp()
    expected.FromJsonString(text)
    assert from_json(text, "google.protobuf.Timestamp") == expected.SerializeToString()


def test_a_field_mask_is_written_in_camel_case() -> None:
    """Paths are kept as names of fields."""
    expected = field_mask_pb2.FieldMask(paths=["a_b.c", "d"]).SerializeToString()
    assert from_json("aB.c,d", "google.protobuf.FieldMask") == expected


@pytest.mark.parametrize("text", ["1", "1 s", "2024-02-30T00:00:00Z"])
def test_other_text_is_refused(text: str) -> None:
    """A sentence says what a time looks like."""
    name = "google.protobuf.Timestamp" if "T" in text else "google.protobuf.Duration"
    with pytest.raises(MalformedError):
        spelled(text, name)
