"""The compiler never emits what Envoy refuses."""

import secrets
from pathlib import Path

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.envoy import cluster
from libs.envoy.messages import Messages
from libs.envoy.snapshot import build_snapshot
from libs.envoy.staticform import static_bootstrap
from tests.agree.dice import Dice
from tests.simulation.validating import refusals

CONFIGURATIONS = 5


def test_real_envoy_takes_the_views_of_random_configurations(envoy: Path) -> None:
    """Whatever a configuration without errors says, its views can be served."""
    seed = secrets.randbits(32)
    found = list(refusals(EnvoyBinary(envoy), Dice(seed), CONFIGURATIONS))
    assert not found, f"seed {seed}: {found[0]}"


def test_the_same_question_is_answered_with_no_where_envoy_refuses(envoy: Path) -> None:
    """A cluster of two kinds at once."""
    wrong = cluster.black_hole()
    wrong.lb_policy = wrong.CLUSTER_PROVIDED
    snapshot = build_snapshot(Messages(clusters=(wrong,)))
    assert EnvoyBinary(envoy).refusal(static_bootstrap(snapshot))
