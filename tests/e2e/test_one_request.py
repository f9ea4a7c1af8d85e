"""What the data plane does for one request: instances, retries, deadlines, breakers, faults.

The story of a request on its way out of a sidecar, asked of a real Envoy with a compiled view.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from libs.compile.proxy import proxy_from_json
from libs.compile.snapshot import compile_snapshot
from libs.envoy.staticform import static_bootstrap
from tests.casefile import world_of
from tests.e2e.calls import Reply, make
from tests.e2e.echo import echoes
from tools.envoy.process import EnvoyProcess

AT = "127.79.1.2:9080"
PROXY = """{"type": "sidecar", "ip": "127.79.1.1", "labels": {"app": "client"},
"metadata": {"INTERCEPTION_MODE": "NONE"}}"""

SHOP = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: client}
spec:
  outboundTrafficPolicy: {mode: REGISTRY_ONLY}
  egress:
  - port: {number: 9080, protocol: HTTP, name: http}
    bind: 127.79.1.2
    captureMode: NONE
    hosts: ["./*"]
---
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{name: http, port: 9080}]}
"""


def _workload(name: str, number: int, more: str = "") -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: {name}}}
spec: {{address: 127.79.3.{number}, labels: {{app: shop{more}}}}}
"""


def _istio(kind: str, spec: str) -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: {kind}
metadata: {{name: shop}}
spec: {spec}
"""


TWO = _workload("one", 1) + _workload("two", 2)
HALF_GONE = _workload("one", 1) + _workload("gone", 2, ", echo: none")


@dataclass(frozen=True, slots=True)
class Running:
    """A sidecar with its upstreams: what arrived where, and Envoy's own counters."""

    arrived: "Counter[str]"
    process: EnvoyProcess

    def call(self, **more: Any) -> list[Reply]:
        """Call the shop."""
        return list(make({"to": AT, "host": "shop", **more}))

    def counted(self, name: str) -> int:
        """Return one of the counters of the shop's cluster."""
        stats = self.process.admin.stats("cluster.outbound.9080..shop.*")
        return stats[f"cluster.outbound|9080||shop.default.svc.cluster.local.{name}"]


@contextmanager
def _running(*objects: str) -> Iterator[Running]:
    world = world_of("".join((SHOP, *objects)), "shop.yaml")
    compiled = compile_snapshot(world, proxy_from_json(PROXY))
    assert not compiled.problems
    addresses = {
        (one.address, number): one.workload
        for members in world.registry.endpoints.values()
        for one in members
        for number in one.ports.values()
        if "echo" not in one.labels
    }
    with (
        echoes(addresses) as arrived,
        EnvoyProcess(static_bootstrap(compiled.snapshot)) as process,
    ):
        process.wait_ready()
        yield Running(arrived, process)


@pytest.fixture(autouse=True)
def _with_envoy(envoy: Path) -> None:
    """Have an Envoy."""


def _statuses(replies: Sequence[Reply]) -> Mapping[int, int]:
    return Counter(reply.status for reply in replies)


def test_a_busy_instance_gets_fewer_requests_than_a_free_one() -> None:
    """The fewest requests in flight decide by default, so a slow instance does not pile them up."""
    slow = {"x-delay-at": "two", "x-delay-ms": 200}
    with _running(TWO) as running:
        replies = running.call(at_once=8, times=20, headers=slow)
        assert _statuses(replies) == {200: 160}
        assert running.arrived["two"] < 72
    in_turn = "{host: shop, trafficPolicy: {loadBalancer: {simple: ROUND_ROBIN}}}"
    turns = _istio("DestinationRule", in_turn)
    with _running(TWO, turns) as running:
        running.call(at_once=8, times=20, headers=slow)
        assert abs(running.arrived["one"] - running.arrived["two"]) <= 2


def test_an_instance_that_is_gone_costs_a_retry_and_no_failure() -> None:
    """By default what cannot have reached a workload is tried again, on another one."""
    with _running(HALF_GONE) as running:
        assert _statuses(running.call(times=30)) == {200: 30}
        assert running.counted("upstream_rq_retry_success") > 0


def test_a_failure_that_reached_a_workload_is_not_repeated_unless_a_rule_says_so() -> None:
    """The request might not be idempotent; a rule for reads may know that they are."""
    failing = {"x-fail-attempts": 1}
    with _running(TWO) as running:
        assert _statuses(running.call(method="POST", headers=failing)) == {503: 1}
        assert running.arrived.total() == 1
    reads = _istio(
        "VirtualService",
        "{hosts: [shop], http: [{match: [{method: {exact: GET}}], "
        "retries: {attempts: 2, retryOn: 5xx}, route: [{destination: {host: shop}}]}, "
        "{route: [{destination: {host: shop}}]}]}",
    )
    with _running(TWO, reads) as running:
        assert _statuses(running.call(headers=failing)) == {200: 1}
        assert _statuses(running.call(method="POST", headers=failing)) == {503: 1}


def test_a_deadline_ends_a_request_with_all_of_its_attempts() -> None:
    """Load that nobody waits for any more is not added."""
    rule = _istio(
        "VirtualService",
        "{hosts: [shop], http: [{timeout: 350ms, "
        "retries: {attempts: 50, perTryTimeout: 100ms, retryOn: 5xx}, "
        "route: [{destination: {host: shop}}]}]}",
    )
    with _running(TWO, rule) as running:
        (reply,) = running.call(headers={"x-delay-ms": 5000})
        assert reply.status == 504
        assert 300 <= reply.elapsed_ms <= 1500
        assert running.arrived.total() <= 4
        assert running.counted("upstream_rq_per_try_timeout") >= 2


def test_a_breaker_turns_away_what_would_only_wait() -> None:
    """At once, without asking anybody; the others are served."""
    rule = _istio(
        "DestinationRule",
        "{host: shop, trafficPolicy: {connectionPool: {http: {http2MaxRequests: 2}}}}",
    )
    with _running(TWO, rule) as running:
        replies = running.call(at_once=5, headers={"x-delay-ms": 600})
        assert _statuses(replies) == {200: 2, 503: 3}
        assert all(one.elapsed_ms < 500 for one in replies if one.status == 503)
        refused = [one for one in replies if one.status == 503]
        assert all(one.headers["x-envoy-overloaded"] == "true" for one in refused)


def test_an_instance_that_fails_is_left_out_and_the_others_serve() -> None:
    """After a few failures in a row nobody meets it again."""
    rule = _istio(
        "DestinationRule",
        "{host: shop, trafficPolicy: {outlierDetection: "
        "{consecutive5xxErrors: 3, interval: 1s, baseEjectionTime: 60s, maxEjectionPercent: 100}}}",
    )
    with _running(TWO, rule) as running:
        broken = {"x-fail-at": "two"}
        for _ in range(60):
            running.call(headers=broken)
        running.arrived.clear()
        assert _statuses(running.call(times=20, headers=broken)) == {200: 20}
        assert running.counted("outlier_detection.ejections_active") == 1


def test_a_chaos_experiment_meets_only_the_requests_that_are_marked_for_it() -> None:
    """Delays and aborts are made by the caller's proxy: no workload sees them."""
    rule = _istio(
        "VirtualService",
        "{hosts: [shop], http: ["
        "{match: [{headers: {x-chaos: {exact: abort}}}], route: [{destination: {host: shop}}], "
        "fault: {abort: {httpStatus: 500, percentage: {value: 100}}}}, "
        "{match: [{headers: {x-chaos: {exact: delay}}}], route: [{destination: {host: shop}}], "
        "fault: {delay: {fixedDelay: 400ms, percentage: {value: 100}}}}, "
        "{route: [{destination: {host: shop}}]}]}",
    )
    with _running(TWO, rule) as running:
        assert _statuses(running.call(times=10)) == {200: 10}
        assert _statuses(running.call(headers={"x-chaos": "abort"}, times=5)) == {500: 5}
        assert running.arrived.total() == 10
        (late,) = running.call(headers={"x-chaos": "delay"})
        assert (late.status, late.elapsed_ms >= 390) == (200, True)


def test_a_host_that_nobody_declared_is_not_called() -> None:
    """Where only declared hosts may be reached, everything else ends at the sidecar."""
    with _running(TWO) as running:
        assert _statuses(running.call(host="elsewhere.example")) == {502: 1}
        assert _statuses(running.call()) == {200: 1}
