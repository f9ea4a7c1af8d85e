"""What is noted of reading a world and a proxy."""

from libs.compile.memo import Memo, Run
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.recorded import recorded_proxy, recorded_world
from libs.compile.tests.worlds import istio, service, world

SERVER = "{servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]}"
WEB = "web.default.svc.cluster.local"


def test_a_look_up_notes_its_key_and_going_through_a_table_notes_all_of_it() -> None:
    """Tables of the registry and of the world alike."""
    run = Run(Memo())
    seen = recorded_world(run, world(service("web") + istio("Gateway", "g", SERVER)))
    assert WEB in seen.registry.services
    assert seen.sidecars.get("default") is None
    assert run.frame.asked == {("registry.services", WEB), ("world.sidecars", "default")}
    assert run.frame.tables == set()
    assert list(seen.registry.endpoints) == [WEB]
    assert len(seen.gateways) == 1
    assert run.frame.tables == {"registry.endpoints", "world.gateways"}


def test_methods_note_what_they_read() -> None:
    """A proxy without an address that is known is looked for by its labels, among all services."""
    run = Run(Memo())
    seen = recorded_world(run, world(service("web")))
    assert seen.registry.instances_of(["10.0.0.9"], "default", {"app": "web"})
    assert run.frame.asked == {("registry.addresses", "10.0.0.9")}
    assert run.frame.tables == {"registry.services"}
    assert seen.domain == "cluster.local"
    assert "registry.domain" in run.frame.tables


def test_what_a_proxy_is_asked_for_is_noted() -> None:
    """What it was not asked for may differ between proxies of one class."""
    run = Run(Memo())
    seen = recorded_proxy(run, Proxy(ProxyType.SIDECAR, "default", ("10.0.0.1",)))
    assert seen.dns_domain == "default.svc.cluster.local"
    assert seen.intercepts
    assert run.frame.tables == {"proxy.namespace", "proxy.domain"}
    assert run.frame.asked == {("proxy.metadata", "INTERCEPTION_MODE")}


def test_where_objects_are_written_is_read_without_a_note() -> None:
    """It never decides anything, so that a line shift runs nothing again."""
    run = Run(Memo())
    assert recorded_world(run, world(service("web"))).origins
    assert not run.frame.tables | run.frame.asked
