"""New endpoints come slowly to their share at a real Envoy, where a rule says so."""

import time
from collections import Counter
from pathlib import Path

from libs.compile.proxy import proxy_from_json
from libs.compile.snapshot import compile_snapshot
from libs.kernel.xds import Snapshot
from tests.casefile import world_of
from tests.e2e.calls import bounds, make
from tests.e2e.echo import echoes
from tests.e2e.servedviews import served_views

_WINDOW_S = 4.0
_CALLS = 100
"""Few enough for all hosts to be asked while the new endpoint is young."""

_ADDRESSES = {"old": "127.79.8.1", "new": "127.79.8.2"}
_AT_ONCE = "at-once.example"
_WARMED = {
    "turns.example": "{simple: ROUND_ROBIN, warmup: {duration: 4s, minimumPercent: 5}}",
    "fewest.example": "{simple: LEAST_REQUEST, warmup: {duration: 4s, minimumPercent: 5}}",
    "seconds.example": "{simple: ROUND_ROBIN, warmupDurationSecs: 4s}",
}
_BALANCERS = {**_WARMED, _AT_ONCE: "{simple: ROUND_ROBIN}"}
_PROXY = b"""{"type": "sidecar", "ip": "127.79.8.3", "metadata": {"INTERCEPTION_MODE": "NONE"}}"""
_BASE = """
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {name: all}
spec:
  egress:
  - {port: {number: 9080, protocol: HTTP, name: http}, bind: 127.79.8.9, captureMode: NONE, hosts: ["./*"]}
"""  # noqa: E501 - YAML reads better in one line
_HOST = """
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {{name: {host}}}
spec:
  hosts: [{host}]
  resolution: STATIC
  ports: [{{name: http, number: 9080, protocol: HTTP}}]
  workloadSelector: {{labels: {{app: web}}}}
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {{name: {host}}}
spec: {{host: {host}, trafficPolicy: {{loadBalancer: {balancer}}}}}
"""
_WORKLOAD = """
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: {name}}}
spec: {{address: {address}, labels: {{app: web}}}}
"""


def _view(*names: str) -> Snapshot:
    text = _BASE
    text += "".join(_HOST.format(host=host, balancer=one) for host, one in _BALANCERS.items())
    text += "".join(_WORKLOAD.format(name=name, address=_ADDRESSES[name]) for name in names)
    return compile_snapshot(world_of(text, "web.yaml"), proxy_from_json(_PROXY)).snapshot


def _answered_by_new(host: str) -> int:
    """Call a host and count the answers of the new endpoint."""
    replies = make({"to": "127.79.8.9:9080", "host": host, "times": _CALLS})
    return Counter(str(reply.seen["workload"]) for reply in replies)["new"]


def test_a_new_endpoint_gets_few_calls_until_it_is_warm(tmp_path: Path, envoy: Path) -> None:
    """One that comes beside an older one gets far less than half at first, then half.

    Where no rule says so it gets half at once.
    """
    assert envoy.is_file()
    places = {(address, 9080): name for name, address in _ADDRESSES.items()}
    low, high = bounds(_CALLS, 0.5)
    proxy = proxy_from_json(_PROXY)
    with (
        served_views(tmp_path) as views,
        echoes(places),
        views.serving(_view("old"), proxy, delta=True),
    ):
        time.sleep(_WINDOW_S)  # until then the older one is new as well
        views.change(_view("old", "new"))
        young = {host: _answered_by_new(host) for host in _BALANCERS}
        assert low <= young.pop(_AT_ONCE) <= high
        assert all(count < low for count in young.values()), young
        time.sleep(_WINDOW_S)
        warm = {host: _answered_by_new(host) for host in _WARMED}
        assert all(low <= count <= high for count in warm.values()), warm
