"""Differences of compiled configurations, case by case: what changes, for whom, with an example."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from libs.routediff.classes import CallClass
from libs.routediff.difference import difference
from libs.routediff.tests.views import cluster, compiled, host, to, view

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
COMMON = (Path(__file__).parent / "cases" / "common" / "services.yaml").read_text("utf-8")


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_the_difference_is_the_one_that_the_case_states(path: Path) -> None:
    """Each class with its effect, its calls in words, and an example that shows it."""
    case = yaml.safe_load(path.read_text("utf-8"))
    old, new = (
        compiled(f"{COMMON}\n---\n{case[side]}", case.get("proxy", "")) for side in ("old", "new")
    )
    found = difference(old, new)
    assert list(map(_plain, found.classes)) == case["classes"]
    assert all(one.proven for one in found.classes if one.effect != "resilience only")
    assert list(found.undecided) == []


def _plain(found: CallClass) -> dict[str, Any]:
    example = f"{found.example.method} {found.example.host}{found.example.path}"
    headers = "".join(f" {name}={value}" for name, value in found.example.headers.items())
    return {
        "effect": found.effect.value,
        "which": found.which,
        "example": example + headers,
        "old": _end(found.old),
        "new": _end(found.new),
    }


def _end(decision: Any) -> str:
    clusters = sorted(f"{_short(one.name)} {one.weight}" for one in decision.clusters)
    return " ".join(clusters) or str(decision.error or decision.verdict)


def _short(cluster: str) -> str:
    """Return the subset of a cluster, or its host without one."""
    parts = cluster.split("|")
    return parts[2] or parts[3] if len(parts) > 1 else cluster


def test_a_hostile_pattern_ends_with_not_decided() -> None:
    """The part that cannot be compared within the budget is named, with its host."""
    hostile = to("a")
    hostile.match.ClearField("prefix")
    hostile.match.safe_regex.regex = "/(a|b)*a(a|b){25}"
    clusters = [cluster("a"), cluster("b")]
    old, new = view([host(hostile)], clusters), view([host(to("b"))], clusters)
    found = difference(old, new, steps_max=30_000)
    assert found.classes == ()
    assert ["host *" in one.where for one in found.undecided] == [True]


def test_other_names_and_another_order_are_no_difference() -> None:
    """Clusters, routes, virtual hosts and listeners may be called as one likes."""
    renamed = to("x", prefix="/a")
    renamed.name = "other"
    old = view(
        [host(to("a", prefix="/a"), to("b"), domains=("h",)), host(to("b"), domains=("i",))],
        [cluster("a"), cluster("b")],
    )
    new = view(
        [host(to("y"), domains=("i",)), host(renamed, to("y"), domains=("h",))],
        [cluster("y", "10.0.0.98"), cluster("x", "10.0.0.97")],
    )
    assert difference(old, new).classes == ()
    assert difference(old, old).classes == ()
