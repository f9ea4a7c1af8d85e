"""Every part of an object can be found in its file, after the parse is over."""

import pytest

from libs.meshapi.parse import parse_file
from libs.meshapi.problems import Path

TEXT = """\
# a comment
apiVersion: v1
kind: Service
metadata: {name: first}
spec:
  ports:
  - port: 80
    name: http
  - {port: 81, name: other}
---
apiVersion: v1
kind: List
items:
- apiVersion: networking.istio.io/v1
  kind: DestinationRule
  metadata:
    name: second
  spec:
    host: reviews
    subsets:
    - &v1
      name: v1
      labels:
        version: v1
    - <<: *v1
      name: v2
"""


@pytest.mark.parametrize(
    ("index", "path", "line", "column"),
    [
        pytest.param(0, (), 2, 1, id="object"),
        pytest.param(0, ("spec",), 5, 1, id="mapping, at its key"),
        pytest.param(0, ("spec", "ports"), 6, 3, id="sequence, at its key"),
        pytest.param(0, ("spec", "ports", 0), 7, 5, id="item of a block sequence"),
        pytest.param(0, ("spec", "ports", 0, "name"), 8, 11, id="scalar, at its value"),
        pytest.param(0, ("spec", "ports", 1, "port"), 9, 12, id="scalar in a flow mapping"),
        pytest.param(0, ("spec", "ports", 7, "port"), 6, 3, id="no such item"),
        pytest.param(0, ("spec", "nothing", "at", "all"), 5, 1, id="no such key"),
        pytest.param(0, ("spec", 3), 5, 1, id="index of a mapping"),
        pytest.param(1, (), 14, 3, id="object in a list"),
        pytest.param(1, ("metadata", "name"), 17, 11, id="scalar of an object in a list"),
        pytest.param(1, ("spec", "subsets", 1, "name"), 26, 13, id="own key beside a merge"),
        pytest.param(1, ("spec", "subsets", 1, "labels", "version"), 24, 18, id="merged value"),
    ],
)
def test_a_part_is_found_where_it_stands(index: int, path: Path, line: int, column: int) -> None:
    """Lines and columns count from 1; what is not there is where its nearest ancestor is."""
    parsed = parse_file("dir/x.yaml", TEXT.encode()).objects[index]
    found = parsed.positions.at(path)
    assert (found.file, found.line, found.column) == ("dir/x.yaml", line, column)


def test_a_key_is_found_where_it_stands() -> None:
    """The name of a field has a place of its own."""
    parsed = parse_file("x.yaml", TEXT.encode()).objects[0]
    found = parsed.positions.key_at(("spec", "ports", 1, "name"))
    assert (found.line, found.column) == (9, 16)


def test_an_object_starts_where_its_positions_do() -> None:
    """The origin of an object is the place of the empty path."""
    for parsed in parse_file("x.yaml", TEXT.encode()).objects:
        assert parsed.origin == parsed.positions.at(())
