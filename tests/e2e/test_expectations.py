"""Tables of requests and what must come of them, against a real Envoy with a compiled snapshot."""

from pathlib import Path

import pytest

from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World
from tests.casefile import read_case
from tests.e2e.calls import bounds, differences, make
from tests.e2e.echo import Addresses, echoes
from tests.staticform import static_bootstrap
from tools.envoy.process import EnvoyProcess

TABLES = sorted((Path(__file__).parent / "expectations").glob("*.yaml"))
SHARED = Path(__file__).parent / "expectations" / "shared" / "bookinfo.yaml"


@pytest.mark.parametrize("table", TABLES, ids=lambda path: path.stem)
def test_real_envoy_answers_as_the_table_says(table: Path, envoy: Path) -> None:
    """Every row's calls come back as the row expects, through an Envoy with the compiled view."""
    case = read_case(table, SHARED.read_text(encoding="utf-8"))
    compiled = compile_snapshot(case.world, case.proxy)
    assert list(compiled.problems) == case.question.get("problems", [])
    config = static_bootstrap(compiled.snapshot)
    with echoes(_workloads(case.world)), EnvoyProcess(config) as process:
        process.wait_ready()
        for row in case.question["calls"]:
            found = list(differences(row["expect"], list(make(row))))
            assert not found, (row["because"], found[:5])


def _workloads(world: World) -> Addresses:
    """Find every address at which an echo has to answer, named by its workload."""
    return {
        (endpoint.address, number): endpoint.workload
        for service in world.registry.services.values()
        for endpoint in service.endpoints
        for number in endpoint.ports.values()
        if "gateway" not in service.hostname
    }


def test_shares_are_bounded_tightly_enough_to_tell_weights_apart() -> None:
    """The bounds of 90 % and of 50 % in 600 calls do not meet, and a full share allows no other."""
    assert bounds(600, 0.9)[0] > bounds(600, 0.5)[1]
    assert bounds(600, 1.0) == (600, 600)
    assert bounds(600, 0.0) == (0, 0)
