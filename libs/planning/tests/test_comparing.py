"""Tests of what differs."""

from typing import Any

import pytest

from libs.planning.comparing import differences, same


@pytest.mark.parametrize(
    ("wanted", "live", "paths"),
    [
        ({"a": 1}, {"a": 1, "b": 2}, []),
        ({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}}, [".a.b"]),
        ({"a": {"b": 1}}, {}, [".a"]),
        ({"a": [1, 2]}, {"a": [1, 3]}, [".a[1]"]),
        ({"a": [1, 2]}, {"a": [1]}, [".a"]),
        ({"a": ()}, {"a": []}, []),
        ({"a": {}}, {}, []),
        ({"a": {"x/y": 1}}, {"a": {}}, [".a[x/y]"]),
        ({"kind": "A"}, {"kind": "B"}, []),
    ],
)
def test_fields_that_are_said_and_not_there_differ(
    wanted: dict[str, Any], live: dict[str, Any], paths: list[str]
) -> None:
    """What the cluster has besides is no difference, and an empty list is as good as none."""
    assert [one.path for one in differences(wanted, live)] == paths


def test_what_a_server_counts_makes_no_difference() -> None:
    """Versions and ownership are no content; labels are."""
    one = {"metadata": {"name": "a", "resourceVersion": "1", "managedFields": []}}
    assert same(one, {"metadata": {"name": "a", "resourceVersion": "2", "generation": 5}})
    assert not same(one, {"metadata": {"name": "a", "labels": {"a": "b"}}})
