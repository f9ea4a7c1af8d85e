"""What a real Envoy says of its configuration answers calls as the view does that it runs."""

from pathlib import Path

import pytest

from libs.envoy.staticform import static_bootstrap
from libs.routing.call import call_from_fields
from libs.routing.dump import from_dump
from libs.routing.evaluate import evaluate
from libs.routing.resources import from_snapshot
from tests.agree.dice import Dice
from tests.agree.onway import told
from tests.agree.run import SCENES, Draw, compiled, ground
from tools.envoy.process import EnvoyProcess

_CALLS = 60
_SEED = 5


@pytest.mark.parametrize("scene", dict.fromkeys(SCENES), ids=lambda one: str(one.__module__))
def test_a_config_dump_answers_as_the_view_that_its_envoy_runs(scene: Draw, envoy: Path) -> None:
    """Every call has the same way and outcome; nothing of the dump is unreadable."""
    with ground() as found:
        trial = scene(Dice(_SEED), found, _CALLS)
        view = compiled(trial)
        with EnvoyProcess(static_bootstrap(view)) as process:
            process.wait_ready()
            dumped = from_dump(process.admin.get("/config_dump?include_eds"))
    assert dumped.unread == {}
    own = from_snapshot(view)
    for fields in trial.calls:
        call = call_from_fields(fields)
        assert told(evaluate(dumped, call)) == told(evaluate(own, call)), fields
