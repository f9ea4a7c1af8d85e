"""A rate limit counts something, and its overrides are about parts that it counts by."""

from typing import Any

import pytest

from libs.meshapi.rules.tests.rulecases import mesh_object, paths

_RATE = {"requests": 1, "per": "1s"}


@pytest.mark.parametrize(
    ("limit", "expected"),
    [
        ({}, []),
        ({"per": "50ms"}, []),
        ({"per": "49ms"}, ["spec.limits[0].per"]),
        ({"by": ({"name": "user", "header": "x-user"},)}, []),
        ({"by": ({"name": "user"},)}, ["spec.limits[0].by[0]"]),
        (
            {
                "by": ({"name": "user", "header": "x-user"},),
                "overrides": ({**_RATE, "values": {"user": "alice"}},),
            },
            [],
        ),
        (
            {"overrides": ({**_RATE, "values": {"user": "alice"}},)},
            ["spec.limits[0].overrides[0].values.user"],
        ),
        ({"match": {"headers": {"x-user": {}}}}, []),
        ({"match": {"paths": ({},)}}, ["spec.limits[0].match.paths[0]"]),
    ],
)
def test_a_limit_is_complete_in_itself(limit: dict[str, Any], expected: list[str]) -> None:
    """Each limit says what it counts, at a rate that Envoy can keep."""
    obj = mesh_object("RateLimit", limits=({"name": "a", **_RATE, **limit},))
    assert paths(obj) == expected


def test_a_selection_is_by_labels_or_by_services() -> None:
    """Both at once would not say whether one or both have to hold."""
    obj = mesh_object(
        "RateLimit",
        selector={"matchLabels": {"app": "a"}},
        services=("a",),
        limits=({"name": "a", **_RATE},),
    )
    assert paths(obj) == ["spec.services"]
