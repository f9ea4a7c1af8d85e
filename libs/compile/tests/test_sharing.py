"""Views of one world share what they have alike."""

from dataclasses import replace

import pytest

from libs.compile.memo import Memo
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.sharing import Shared
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, world
from libs.compile.world import World
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.kernel.xds import Snapshot

MESH = service("web") + service("db", "{name: tcp, port: 5432}")
CALLER = Proxy(ProxyType.SIDECAR, "default", ("10.9.0.1",), labels={"app": "caller"})
OTHER = replace(CALLER, ips=("10.9.0.2",), labels={"app": "other"})
CALLED = replace(CALLER, labels={"app": "db"})
_PORT = ResourceName("80")


def _both(mesh: World, one: Proxy, other: Proxy) -> tuple[Snapshot, Snapshot]:
    """Compile two views beside each other, and hold the second against one from cold."""
    shared = Shared()
    first, second = (compile_snapshot(mesh, each, Memo(), shared) for each in (one, other))
    cold = compile_snapshot(mesh, other)
    assert second == cold
    assert dict(second.origins) == dict(cold.origins)
    return first.snapshot, second.snapshot


def test_proxies_that_differ_in_what_nobody_asks_for_have_one_view() -> None:
    """It is made once."""
    first, second = _both(world(MESH), CALLER, OTHER)
    assert first is second


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(CALLED, id="a workload that is called"),
        pytest.param(replace(CALLER, namespace="other"), id="a proxy of another namespace"),
    ],
)
def test_proxies_that_see_different_things_share_what_is_alike(other: Proxy) -> None:
    """A cluster that both have is the same object, so that it costs memory once."""
    first, second = _both(world(MESH), CALLER, other)
    assert first != second
    name = next(one for one in first.of(xds.CLUSTER) if "web" in one)
    assert first.of(xds.CLUSTER)[name] is second.of(xds.CLUSTER)[name]


def test_a_rule_for_labels_is_looked_at_for_each_proxy_that_may_have_them() -> None:
    """What a rule asks about the caller is part of what a view is made from."""
    http = "[{match: [{sourceLabels: {app: other}}], redirect: {uri: /x}}, {route: [%s]}]"
    rule = istio(
        "VirtualService", "v", f"{{hosts: [web], http: {http % '{destination: {host: web}}'}}}"
    )
    first, second = _both(world(MESH + rule), CALLER, OTHER)
    assert first.of(xds.ROUTE)[_PORT] != second.of(xds.ROUTE)[_PORT]
    assert first.of(xds.LISTENER) == second.of(xds.LISTENER)


def test_after_a_change_the_second_view_takes_what_the_first_one_made_anew() -> None:
    """Each has its own former view as well."""
    memos = (Memo(), Memo())
    _views(world(MESH), memos)
    first, second = _views(world(MESH + service("more")), memos)
    new = next(one for one in second.of(xds.CLUSTER) if "more" in one)
    assert first.of(xds.CLUSTER)[new] is second.of(xds.CLUSTER)[new]
    assert first.of(xds.ROUTE)[_PORT] is second.of(xds.ROUTE)[_PORT]


def _views(mesh: World, memos: tuple[Memo, Memo]) -> tuple[Snapshot, Snapshot]:
    shared = Shared()
    first, second = (
        compile_snapshot(mesh, one, memo, shared).snapshot
        for one, memo in zip((CALLER, CALLED), memos, strict=True)
    )
    return first, second
