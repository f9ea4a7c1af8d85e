"""Descriptors are read from text, and each file comes after what it needs."""

from pathlib import Path

import pytest
from google.protobuf import descriptor_pb2

from tools.protogen.descriptors import closure, in_environment, is_living, read_folder

FileProto = descriptor_pb2.FileDescriptorProto


def test_a_module_is_read_without_being_run(tmp_path: Path) -> None:
    """A folder of modules gives descriptors by file name; none of them runs."""
    body = FileProto(name="a/b.proto", package="a").SerializeToString()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b_pb2.py").write_text(
        f"raise SystemExit\nD = pool.Default().AddSerializedFile({body!r})\n", encoding="utf-8"
    )
    (tmp_path / "a" / "empty_pb2.py").write_text("", encoding="utf-8")
    assert read_folder(tmp_path) == {"a/b.proto": FileProto(name="a/b.proto", package="a")}


def test_needed_files_come_first() -> None:
    """The closure takes what is imported, from the environment where the folder lacks it."""
    files = {
        "a.proto": FileProto(name="a.proto", dependency=["b.proto", "google/protobuf/any.proto"]),
        "b.proto": FileProto(name="b.proto", dependency=["google/protobuf/any.proto"]),
        "unused.proto": FileProto(name="unused.proto"),
    }
    names = [file.name for file in closure(files, ["a.proto"])]
    assert names == ["google/protobuf/any.proto", "b.proto", "a.proto"]


def test_a_file_that_nobody_has_is_said() -> None:
    """The error names the file."""
    with pytest.raises(LookupError, match=r"nowhere/x\.proto: no installed package"):
        list(closure({}, ["nowhere/x.proto"]))


@pytest.mark.parametrize(
    ("name", "living"),
    [
        pytest.param("envoy/config/core/v3/base.proto", True, id="v3"),
        pytest.param("envoy/config/trace/v2/trace.proto", False, id="v2"),
        pytest.param("envoy/api/v2/cds.proto", False, id="the old api"),
        pytest.param("xds/core/v3/authority.proto", True, id="xds"),
        pytest.param("udpa/annotations/status.proto", True, id="not versioned"),
    ],
)
def test_retired_versions(name: str, *, living: bool) -> None:
    """Only Envoy's version 3 is generated for its own sake."""
    assert is_living(name) is living


def test_what_the_environment_has() -> None:
    """A module of an installed wheel is not ours to generate; one of a missing package is."""
    assert in_environment("google/protobuf/any.proto")
    assert not in_environment("envoy/config/core/v3/base.proto")
