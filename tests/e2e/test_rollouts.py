"""A change reaches real Envoys in waves; a real Prometheus watches, and what hurts goes back."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from libs.kernel.rollouts import Occasion, Stage, Verdict
from libs.rollout.orders import Person, abort, give
from tests.e2e.rolloutrig import CLUSTERS, DEADLINE_S, Rig, fleet, running_rig, serves
from tests.e2e.smallfleet import Load, route_to, until

FAULT = """\
  - fault: {abort: {percentage: {value: 100}, httpStatus: 503}}
    route:
    - destination: {host: hello, subset: v1}
"""
REFUSED = """\
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: wrong, namespace: default}
spec:
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: SIDECAR_OUTBOUND
      listener: {filterChain: {filter: {subFilter: {name: envoy.filters.http.router}}}}
    patch:
      operation: INSERT_BEFORE
      value:
        name: wrong
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua
          default_source_code: {inline_string: "this is no program ("}
"""


@pytest.fixture(scope="module")
def rig(
    tmp_path_factory: pytest.TempPathFactory, envoy: Path, prometheus_binary: Path
) -> Iterator[Rig]:
    """The fleet runs everywhere, its first commit without waves."""
    assert envoy != prometheus_binary
    with running_rig(tmp_path_factory.mktemp("rollouts")) as running:
        yield running


@contextmanager
def _calling(rig: Rig) -> Iterator[dict[str, Load]]:
    """Call through every cluster's Envoy without a pause."""
    loads = {name: Load(one.address) for name, one in rig.loads.items()}
    with ExitStack() as stack:
        for one in loads.values():
            stack.enter_context(one.constant())
        yield loads


def test_a_good_change_reaches_every_cluster_in_its_wave(rig: Rig) -> None:
    """The canary first, then one after the other; no request fails."""
    with _calling(rig) as loads:
        commit = rig.push({"configs/hello/route.yaml": route_to("v2")})
        assert rig.until_over(commit) is Stage.DONE
        for name, load in loads.items():
            until(partial(serves, load, "v2"), f"{name} serves the change")
    assert set(rig.commits().values()) == {commit}
    number = rig.rollout().number
    events = [one for one in rig.store.rollout_events(99) if one.rollout == number]
    moved = [one.why for one in reversed(events) if one.occasion is Occasion.MOVED]
    assert moved == ["east", "north", "west"]
    assert {name: one.failed for name, one in loads.items()} == {name: [] for name in CLUSTERS}


def test_waves_are_in_the_trace_of_their_commit(rig: Rig) -> None:
    """One span for each, and one for the whole rollout."""
    (commit,) = set(rig.commits().values())
    wanted = {"wave canary", "wave rest", "rollout"}
    until(lambda: rig.spans(commit) == wanted, "spans are written", DEADLINE_S)


def test_a_change_that_raises_errors_is_taken_back_by_itself(rig: Rig) -> None:
    """The canary answers again, and nobody else ever saw it."""
    before = rig.commits()
    with _calling(rig) as loads:
        wrong = route_to("v1").split("  - route:", maxsplit=1)[0] + FAULT
        commit = rig.push({"configs/hello/route.yaml": wrong})
        assert rig.until_over(commit) is Stage.RETURNED
        until(lambda: loads["east"].once() == "v2", "the canary serves again")
    assert rig.commits() == before
    assert "gate errors failed: " in rig.rollout().reason
    assert any("503" in one for one in loads["east"].failed)
    assert (loads["north"].failed, loads["west"].failed) == ([], [])


def test_a_change_that_an_envoy_refuses_is_taken_back(rig: Rig) -> None:
    """The refusal itself is the reason; no request fails anywhere."""
    before = rig.commits()
    with _calling(rig) as loads:
        files = {"configs/hello/route.yaml": route_to("v2"), "configs/hello/wrong.yaml": REFUSED}
        commit = rig.push(files)
        assert rig.until_over(commit) is Stage.RETURNED
    assert rig.commits() == before
    assert "refused: " in rig.rollout().reason
    assert {name: one.failed for name, one in loads.items()} == {name: [] for name in CLUSTERS}


def test_a_metric_without_traffic_is_never_good(rig: Rig) -> None:
    """Nobody calls the canary, so its share of errors is NaN, and nobody else moves."""
    before = rig.commits()
    until(lambda: math.isnan(rig.measured("east")), "calls are forgotten", DEADLINE_S)
    rig.push({"configs/hello/route.yaml": route_to("v1"), "configs/hello/wrong.yaml": "---\n"})

    def says_nothing() -> bool:
        gates = {one.name: one for one in rig.rollout().gates}
        asked = gates.get("errors")
        return asked is not None and asked.verdict is Verdict.INCONCLUSIVE

    until(says_nothing, "the gate says nothing", DEADLINE_S)
    moved = {name for name, one in rig.commits().items() if one != before[name]}
    assert moved == {"east"}
    give(rig.store, abort, Person("ann"), "nobody calls", 1.0)
    until(lambda: rig.rollout().stage is Stage.RETURNED, "it is taken back", DEADLINE_S)
    assert rig.commits() == before


def test_a_prometheus_that_is_not_there_is_no_good_news(rig: Rig) -> None:
    """After a few errors in a row the change goes back, by the rules that hold since it came."""
    before = rig.commits()
    address = rig.address.replace("127.0.0.1", "127.0.0.2")
    files = {"fleet.yaml": fleet(address), "configs/hello/route.yaml": route_to("v1")}
    with _calling(rig):
        lifted = rig.push(files)
        assert rig.until_over(lifted) is Stage.DONE
        settled = rig.commits()
        commit = rig.push({"configs/hello/route.yaml": route_to("v2")})
        assert rig.until_over(commit) is Stage.RETURNED
    assert "could not be asked 5 times" in rig.rollout().reason
    assert rig.commits() == settled != before
