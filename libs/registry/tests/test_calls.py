"""Which calls are in access logs."""

from typing import Any

import pytest

from libs.meshapi.parse import parse_file
from libs.meshapi.pod import Pod
from libs.observed.accesslog import Address, Entry
from libs.registry import calls
from libs.registry.build import build_registry
from libs.registry.calls import Known, observed_calls

_SHOP = """apiVersion: v1
kind: Service
metadata: {name: api, namespace: shop}
spec: {selector: {app: api}, ports: [{name: http, port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: api-canary, namespace: shop}
spec: {selector: {app: api}, ports: [{name: http, port: 81, targetPort: 8080}]}
---
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: api-1, namespace: shop}
spec: {address: 10.0.0.2, labels: {app: api}, serviceAccount: api}
---
apiVersion: v1
kind: Pod
metadata: {name: web-5f-x, namespace: shop, labels: {app: web, pod-template-hash: 5f}}
spec: {containers: [{name: c}], serviceAccountName: web}
"""
_AT = "2026-05-04T03:02:0%sZ"


def _known() -> Known:
    objects = [one.object for one in parse_file("a.yaml", _SHOP.encode()).objects]
    (pod,) = (one for one in objects if isinstance(one, Pod))
    return Known(build_registry(objects), {"10.0.0.1": pod})


def _entry(**fields: Any) -> Entry:
    """Return a line of the proxy of `api`, about a call with a certificate."""
    given: dict[str, Any] = {
        "at": _AT % 1,
        "answered": True,
        "protocol": "http",
        "method": "GET",
        "path": "/a",
        "authority": "api.shop:80",
        "upstream": "inbound|8080||",
        "local": Address("10.0.0.2", 8080),
        "remote": Address("10.0.0.1", 50000),
        "encrypted": True,
    }
    return Entry(**(given | fields))


def test_lines_of_one_kind_are_one_call() -> None:
    """However many connections there were; the log is from its first to its last line."""
    lines = [
        _entry(at=_AT % 3, remote=Address("10.0.0.1", 1)),
        _entry(at=_AT % 2, remote=Address("10.0.0.1", 2)),
        _entry(at=_AT % 1, answered=False),
    ]
    found = observed_calls(lines, _known())
    (call,) = found.calls
    assert (call.host, call.port, call.count) == ("api.shop.svc.cluster.local", 80, 2)
    assert (call.seen_by, call.tls, call.method, call.path) == ("callee", "mtls", "GET", "/a")
    assert (found.calls_from, found.calls_until, found.unattributed) == (_AT % 2, _AT % 3, 0)


def test_a_caller_is_a_pod_by_its_address() -> None:
    """Its labels without those of the one Pod, and the identity that its account has."""
    (call,) = observed_calls([_entry()], _known()).calls
    source = call.source
    assert (source.namespace, source.workload, source.service_account) == ("shop", "web", "web")
    assert source.labels == {"app": "web"}
    assert source.principal == "cluster.local/ns/shop/sa/web"


def test_a_caller_without_a_certificate_has_no_identity() -> None:
    """Whoever it is; and one at an address that nobody has is known by that."""
    lines = [
        _entry(encrypted=False),
        _entry(encrypted=False, remote=Address("10.7.7.7", 1)),
        _entry(remote=Address("10.7.7.8", 1), peer="spiffe://cluster.local/ns/far/sa/b"),
    ]
    found = {one.source.address: one for one in observed_calls(lines, _known()).calls}
    assert found["10.0.0.1"].source.principal == ""
    assert (found["10.7.7.7"].source.namespace, found["10.7.7.7"].tls) == ("", "plaintext")
    far = found["10.7.7.8"].source
    assert (far.namespace, far.principal) == ("far", "cluster.local/ns/far/sa/b")


@pytest.mark.parametrize(
    ("fields", "host"),
    [
        ({"authority": "api-canary.shop"}, "api-canary.shop.svc.cluster.local"),
        ({"authority": "odd"}, "api-canary.shop.svc.cluster.local"),
        (
            {"server_name": "outbound_.80_._.api.shop.svc.cluster.local"},
            "api.shop.svc.cluster.local",
        ),
        (
            {
                "local": Address("10.5.5.5", 8080),
                "server_name": "outbound_.81_.v1_.api-canary.shop.svc.cluster.local",
            },
            "api-canary.shop.svc.cluster.local",
        ),
    ],
    ids=["by what the caller wrote", "by the address", "by the name sent", "by that alone"],
)
def test_the_service_is_found(fields: dict[str, Any], host: str) -> None:
    """Several services may stand before one workload."""
    (call,) = observed_calls([_entry(**fields)], _known()).calls
    assert call.host == host


def test_what_nobody_is_known_of_is_counted() -> None:
    """A workload without a service, a line that cannot tell, and a call through a gateway."""
    lines = [
        _entry(local=Address("10.5.5.5", 1)),
        _entry(encrypted=None),
        _entry(upstream="outbound|80||api.shop", upstream_local=Address("10.0.0.1", 9)),
        _entry(upstream="BlackHoleCluster"),
    ]
    lines[2] = _entry(
        upstream="outbound|80||api.shop.svc.cluster.local",
        upstream_local=Address("10.0.0.1", 9),
        remote=Address("198.51.100.1", 9),
    )
    found = observed_calls(lines, _known())
    assert (found.calls, found.unattributed) == ((), 4)


def test_a_caller_s_proxy_tells_where_calls_went() -> None:
    """To a service of the mesh, and out of it, with the address that was called."""
    own = {"upstream_local": Address("10.0.0.1", 9), "remote": Address("10.0.0.1", 8)}
    lines = [
        _entry(**own, upstream="outbound|80|v1|api.shop.svc.cluster.local"),
        _entry(
            **own,
            upstream="PassthroughCluster",
            authority="",
            server_name="api.example",
            protocol="tcp",
            local=Address("192.0.2.7", 443),
        ),
    ]
    out, inside = observed_calls(lines, _known()).calls
    assert (inside.seen_by, inside.host, inside.tls) == (
        "caller",
        "api.shop.svc.cluster.local",
        None,
    )
    assert (out.host, out.port, out.address) == ("api.example", 443, "192.0.2.7")
    assert out.source.workload == "web"


def test_paths_without_end_are_cut_off() -> None:
    """Of paths with a number in them a few tell enough."""
    lines = [_entry(path=f"/{number}") for number in range(calls.PATHS_MAX + 5)]
    found = observed_calls(lines, _known())
    assert (len(found.calls), found.unattributed) == (calls.PATHS_MAX, 5)
