"""A sidecar's outbound listeners."""

from collections.abc import Mapping

from protogen.envoy.config.listener.v3.listener_pb2 import Listener

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import Compiled, compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.kernel import xds

INTERCEPTED = Proxy(ProxyType.SIDECAR, "default")


def _listeners(compiled: Compiled) -> Mapping[str, Listener]:
    return {
        name: Listener.FromString(one.body)
        for name, one in compiled.snapshot.of(xds.LISTENER).items()
    }


def _compiled(text: str, proxy: Proxy) -> Compiled:
    return compile_snapshot(world(text), proxy)


def test_under_redirection_only_the_virtual_listeners_bind() -> None:
    """All others get their connections handed."""
    found = _listeners(
        _compiled(service("web") + service("b", "{name: grpc, port: 81}"), INTERCEPTED)
    )
    binding = {
        name
        for name, one in found.items()
        if not one.HasField("bind_to_port") or one.bind_to_port.value
    }
    assert binding == {"virtualInbound", "virtualOutbound"}
    assert {"0.0.0.0_80", "0.0.0.0_81"} <= found.keys()
    assert found["virtualOutbound"].use_original_dst.value


def test_without_redirection_listeners_bind_to_loopback() -> None:
    """Nobody else may use the workload's own way out."""
    found = _listeners(_compiled(service("web"), sidecar()))
    assert list(found) == ["127.0.0.1_80"]


def test_services_of_one_http_port_share_a_listener() -> None:
    """Requests tell them apart."""
    found = _listeners(_compiled(service("a") + service("b"), INTERCEPTED))
    assert [name for name in found if not name.startswith("virtual")] == ["0.0.0.0_80"]


def test_tcp_services_listen_at_their_own_addresses() -> None:
    """Connections can only be told apart by where they go."""
    text = service("a", "{name: tcp, port: 5432}", "clusterIP: 10.1.0.1") + service(
        "b", "{name: tcp, port: 5432}", "clusterIP: 10.1.0.2"
    )
    assert {"10.1.0.1_5432", "10.1.0.2_5432"} <= _listeners(_compiled(text, INTERCEPTED)).keys()


def test_of_two_at_one_address_the_second_is_left_out_and_said() -> None:
    """Nothing tells their connections apart."""
    text = service("a", "{name: tcp, port: 80}") + service("b", "{name: tcp, port: 80}")
    compiled = _compiled(text, sidecar())
    assert list(_listeners(compiled)) == ["127.0.0.1_80"]
    (problem,) = compiled.problems
    assert problem.startswith("Service default/b: port 80 has the address of another service")


def test_a_stated_tcp_port_is_for_the_first_service_that_has_it() -> None:
    """At one address connections cannot be told apart, and the others are said."""
    text = service("a", "{name: tcp, port: 99}") + service("b", "{name: tcp, port: 99}")
    port = "{number: 99, protocol: TCP, name: tcp}"
    egress = f"{{egress: [{{port: {port}, bind: 127.0.0.9, hosts: ['./*']}}]}}"
    compiled = _compiled(text + istio("Sidecar", "s", egress), sidecar())
    assert list(_listeners(compiled)) == ["127.0.0.9_99"]
    (problem,) = compiled.problems
    assert problem.startswith("Service default/b: port 99 has the address of another service")


HTTP = "port: {number: 80, protocol: HTTP, name: http}"
EGRESS = f"""{{egress: [
  {{{HTTP}, bind: 127.0.0.9, hosts: ["./web.default.svc.cluster.local"]}},
  {{hosts: ["./*"]}}]}}"""


def test_a_stated_port_is_kept_from_the_listener_for_all_others() -> None:
    """What a listener says about a port is all there is on that port."""
    text = service("web") + service("other") + service("db", "{name: http, port: 81}")
    found = _listeners(_compiled(text + istio("Sidecar", "s", EGRESS), sidecar()))
    assert set(found) == {"127.0.0.9_80", "127.0.0.1_81"}


def test_a_unix_socket_names_its_routes_by_its_path() -> None:
    """The port of such a listener only chooses the services."""
    egress = f"{{egress: [{{{HTTP}, bind: 'unix:///run/s', hosts: ['./*']}}]}}"
    compiled = _compiled(service("web") + istio("Sidecar", "s", egress), sidecar())
    assert list(compiled.snapshot.of(xds.ROUTE)) == ["unix:///run/s"]
    (found,) = _listeners(compiled).values()
    assert found.address.pipe.path == "/run/s"
