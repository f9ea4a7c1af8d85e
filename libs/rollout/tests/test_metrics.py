"""What values say of a rollout."""

import math
from typing import Any

import pytest

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.rollouts import Verdict
from libs.meshapi.rollout import PrometheusGate
from libs.rollout.metrics import filled, judged

NOTHING = Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("bounds", "values", "baseline", "verdict"),
    [
        ({"max": 0.01}, [0.0], None, Verdict.SUCCESSFUL),
        ({"max": 0.01}, [0.01], None, Verdict.SUCCESSFUL),
        ({"max": 0.01}, [0.0, 0.02], None, Verdict.FAILED),
        ({"min": 1}, [0.9], None, Verdict.FAILED),
        ({"min": 1, "max": 2}, [1.5, 2.0], None, Verdict.SUCCESSFUL),
        ({"max": 1}, [], None, NOTHING),
        ({"max": 1}, [math.nan], None, NOTHING),
        ({"max": 1}, [0.5, math.inf], None, NOTHING),
        ({"max": 1.2}, [0.6], [0.5], Verdict.SUCCESSFUL),
        ({"max": 1.2}, [0.7], [0.5], Verdict.FAILED),
        ({"max": 1.2}, [0.7], [], NOTHING),
        ({"max": 1.2}, [0.7], [0.0], NOTHING),
        ({"max": 1.2}, [0.7], [math.nan], NOTHING),
        ({"max": 1.2}, [0.7], [0.5, 0.5], NOTHING),
    ],
)
def test_values_are_inside_bounds_or_say_nothing(
    bounds: dict[str, Any], values: list[float], baseline: list[float] | None, verdict: Verdict
) -> None:
    """No data and NaN are never good; with a baseline the quotient counts."""
    gate = PrometheusGate(address="http://p", query="up", **bounds)
    assert judged(gate, values, baseline).verdict is verdict


def test_a_query_names_the_clusters_that_moved_and_the_others() -> None:
    """As expressions that match whole names; nobody is matched where there is nobody."""
    clusters = [ClusterName("b.1"), ClusterName("a")]
    query = '{cluster=~"%CLUSTERS%", other=~"%OTHERS%", revision="%REVISION%"}'
    found = filled(query, clusters, [], RevisionId("r2"))
    assert found == '{cluster=~"a|b\\\\.1", other=~"^$", revision="r2"}'
