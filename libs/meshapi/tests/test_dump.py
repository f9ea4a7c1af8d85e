"""Objects as YAML: in the order that people expect, and read back as what they were."""

import yaml
from hypothesis import given
from hypothesis import strategies as st

from libs.meshapi.dump import to_yaml
from libs.meshapi.metadata import Metadata
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.parse import parse_file
from libs.meshapi.tests.strategies import virtual_services


@given(st.lists(virtual_services(), min_size=1, max_size=3))
def test_what_is_written_reads_back_the_same(objects: list[dict[str, object]]) -> None:
    """Parse, write, parse gives equal objects, for every text that a field can hold."""
    text = yaml.safe_dump_all(objects, default_style='"')
    parsed = [one.object for one in parse_file("a.yaml", text.encode()).objects]
    again = parse_file("b.yaml", to_yaml(parsed).encode())
    assert [one.object for one in again.objects] == parsed


def test_identity_comes_first_and_no_alias_is_written() -> None:
    """A document starts as people write it, and equal parts are written out each time."""
    shared = {"on": "0o10"}
    obj = OpaqueObject(
        api_version="example.com/v1",
        kind="Thing",
        metadata=Metadata(name="a"),
        content={"a": shared, "b": shared},
    )
    assert to_yaml([obj]) == (
        "apiVersion: example.com/v1\nkind: Thing\nmetadata:\n  name: a\n"
        'a:\n  "on": "0o10"\nb:\n  "on": "0o10"\n'
    )
