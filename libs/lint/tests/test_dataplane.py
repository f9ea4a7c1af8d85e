"""What labels of namespaces and Pods together ask for."""

import pytest

from libs.lint.dataplane import (
    INJECTION,
    MODE,
    REVISION,
    USE_WAYPOINT,
    injects,
    is_ambient,
    stays_ambient,
    uses_waypoint,
)

AMBIENT, SIDECARS = {MODE: "ambient"}, {INJECTION: "enabled"}


def test_a_pod_has_the_last_word_about_ambient_mode() -> None:
    """Without a word of its own it is as its namespace."""
    assert is_ambient(AMBIENT, {})
    assert is_ambient({}, AMBIENT)
    assert not is_ambient(AMBIENT, {MODE: "none"})
    assert not is_ambient({}, {})


def test_a_sidecar_wins_over_ambient_mode() -> None:
    """A namespace that asks for both has sidecars."""
    assert stays_ambient(AMBIENT)
    assert not stays_ambient({**AMBIENT, **SIDECARS})
    assert stays_ambient({**AMBIENT, INJECTION: "disabled"})


@pytest.mark.parametrize(
    ("labels", "asked"),
    [
        ({}, False),
        (SIDECARS, True),
        ({REVISION: "new"}, True),
        ({INJECTION: "disabled", REVISION: "new"}, False),
    ],
)
def test_a_revision_asks_for_sidecars_unless_the_plain_label_speaks(
    labels: dict[str, str], *, asked: bool
) -> None:
    """The plain label wins, whatever it says."""
    assert injects(labels) is asked


@pytest.mark.parametrize(
    ("namespace", "own", "used"),
    [
        ({USE_WAYPOINT: "way"}, {}, True),
        ({USE_WAYPOINT: "way"}, {USE_WAYPOINT: "none"}, False),
        ({}, {USE_WAYPOINT: "way"}, True),
        ({USE_WAYPOINT: "none"}, {}, False),
        ({}, {}, False),
    ],
)
def test_an_object_s_own_waypoint_wins_over_its_namespace_s(
    namespace: dict[str, str], own: dict[str, str], *, used: bool
) -> None:
    """`none` is a word of its own: it opts out."""
    assert uses_waypoint(namespace, own) is used
