"""New endpoints come slowly to their share at a real Envoy, where a rule says so."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from libs.compile.proxy import proxy_from_json
from libs.compile.snapshot import compile_snapshot
from libs.kernel.xds import Snapshot
from tests.casefile import world_of
from tests.e2e.calls import bounds, make
from tests.e2e.echo import echoes
from tests.e2e.servedviews import served_views

_WINDOW_S = 4.0
_CALLS = 100
"""Few enough to be over while the new endpoint is young."""

_ADDRESSES = {"old": "127.77.8.1", "new": "127.77.8.2"}
_CALL = {"to": "127.77.8.9:9080", "host": "web.example", "times": _CALLS}
_PROXY = b"""{"type": "sidecar", "ip": "127.77.8.3", "metadata": {"INTERCEPTION_MODE": "NONE"}}"""
_BASE = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: all}
spec:
  egress:
  - {port: {number: 9080, protocol: HTTP, name: http}, bind: 127.77.8.9, captureMode: NONE, hosts: ["./*"]}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: web}
spec:
  hosts: [web.example]
  resolution: STATIC
  ports: [{name: http, number: 9080, protocol: HTTP}]
  workloadSelector: {labels: {app: web}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web}
spec: {host: web.example, trafficPolicy: {loadBalancer: BALANCER}}
"""  # noqa: E501 - YAML reads better in one line
_WORKLOAD = """
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: {name}}}
spec: {{address: {address}, labels: {{app: web}}}}
"""


def _view(balancer: str, *names: str) -> Snapshot:
    text = _BASE.replace("BALANCER", balancer)
    text += "".join(_WORKLOAD.format(name=name, address=_ADDRESSES[name]) for name in names)
    return compile_snapshot(world_of(text, "web.yaml"), proxy_from_json(_PROXY)).snapshot


def _answered() -> Counter[str]:
    return Counter(str(reply.seen["workload"]) for reply in make(_CALL))


@contextmanager
def _grown(folder: Path, balancer: str, *, after_s: float) -> Iterator[None]:
    """Run an Envoy that has had the old endpoint for a while, and just now got the new one."""
    places = {(address, 9080): name for name, address in _ADDRESSES.items()}
    proxy = proxy_from_json(_PROXY)
    with (
        served_views(folder) as views,
        echoes(places),
        views.serving(_view(balancer, "old"), proxy, delta=True),
    ):
        time.sleep(after_s)
        views.change(_view(balancer, "old", "new"))
        yield


@pytest.mark.parametrize(
    "balancer",
    [
        "{simple: ROUND_ROBIN, warmup: {duration: 4s, minimumPercent: 5}}",
        "{simple: LEAST_REQUEST, warmup: {duration: 4s, minimumPercent: 5}}",
        "{simple: ROUND_ROBIN, warmupDurationSecs: 4s}",
    ],
)
def test_a_new_endpoint_gets_few_calls_until_it_is_warm(
    balancer: str, tmp_path: Path, envoy: Path
) -> None:
    """An endpoint that comes beside an older one gets far less than half at first, then half."""
    assert envoy.is_file()
    low, high = bounds(_CALLS, 0.5)
    with _grown(tmp_path, balancer, after_s=_WINDOW_S):
        assert _answered()["new"] < low
        time.sleep(_WINDOW_S)
        assert low <= _answered()["new"] <= high


def test_without_warm_up_a_new_endpoint_gets_its_share_at_once(tmp_path: Path, envoy: Path) -> None:
    """The same change without the setting: half of the calls."""
    assert envoy.is_file()
    low, high = bounds(_CALLS, 0.5)
    with _grown(tmp_path, "{simple: ROUND_ROBIN}", after_s=0):
        assert low <= _answered()["new"] <= high
