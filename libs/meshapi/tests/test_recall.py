"""What a file was parsed into comes back without its text, and places are found when asked for."""

from pathlib import Path

import pytest

from libs.meshapi.dialects.kinds import is_old
from libs.meshapi.parse import parse_file
from libs.meshapi.recall import from_bytes, parse_and_record
from libs.meshapi.tests.casefiles import CASES

TEXT = b"""\xef\xbb\xbf---
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {key: [1, 2]}}
- apiVersion: v1
  kind: Service
  metadata: {name: b}
  spec: {ports: [{port: 80, targetPort: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: c}
spec: {ports: [{port: 81}]}
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_case_comes_back_exactly(case: Path) -> None:
    """Objects, origins and messages are equal, also what was written and what was left out."""
    data = case.read_bytes()
    parsed, record = parse_and_record("a/b.yaml", data)
    assert parsed == parse_file("a/b.yaml", data)
    if any(is_old(one.model) for one in parsed.objects):
        assert record is None
        return
    assert record is not None
    again = from_bytes(record, "a/b.yaml", lambda: data)
    assert again == parsed
    for one, other in zip(parsed.objects, again.objects, strict=True):
        assert type(one.object) is type(other.object)
        assert one.object.model_fields_set == other.object.model_fields_set
        assert one.positions.at(("spec",)) == other.positions.at(("spec",))
        assert one.positions.key_at(("metadata",)) == other.positions.key_at(("metadata",))


def test_a_record_takes_the_path_of_whoever_asks() -> None:
    """Equal content at another path has other origins."""
    _, record = parse_and_record("old.yaml", TEXT)
    assert record is not None
    again = from_bytes(record, "new.yaml", lambda: TEXT)
    assert again == parse_file("new.yaml", TEXT)


def test_an_object_is_built_when_it_is_read() -> None:
    """Kind, identity and place are known before; two reads give one object."""
    _, record = parse_and_record("a.yaml", TEXT)
    assert record is not None
    (_, listed, _) = from_bytes(
        record.replace(b'"port":80,', b'"port":-1,'), "a.yaml", bytes
    ).objects
    assert (listed.model.__name__, str(listed.key), listed.origin.line) == (
        "Service",
        "Service default/b",
        6,
    )
    with pytest.raises(ValueError, match="greater than or equal to 1"):
        _ = listed.object
    (*_, last) = from_bytes(record, "a.yaml", bytes).objects
    assert last.object is last.object


def test_the_text_is_read_only_when_a_place_is_asked_for() -> None:
    """Objects and messages need the record alone."""
    asked: list[int] = []

    def source() -> bytes:
        asked.append(1)
        return TEXT

    _, record = parse_and_record("a.yaml", TEXT)
    assert record is not None
    again = from_bytes(record, "a.yaml", source)
    assert [one.key.name for one in again.objects] == ["a", "b", "c"]
    assert asked == []
    assert str(again.objects[1].positions.at(("spec", "ports", 0, "targetPort"))) == "a.yaml:9:41"
    assert asked == [1]


@pytest.mark.parametrize(
    "record",
    [
        b"",
        b"\0\0\0\1",
        b"\0\0\0\2[]",
        b"\0\0\0\4null",
        b"\0\0\0\x1b[[[9999,0,1,1,0,0]],[],[],[]]",
        b"\0\0\0\x17[[[0,5,1,1,0,0]],[],[],[]]",
    ],
)
def test_what_this_code_did_not_write_is_refused(record: bytes) -> None:
    """The error is one that a cache takes for a miss."""
    with pytest.raises(ValueError, match=r"."):
        from_bytes(record, "a.yaml", lambda: b"")
