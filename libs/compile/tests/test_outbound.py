"""Virtual hosts of a sidecar. What they do with requests is held by tables in tests/e2e."""

from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import (
    istio,
    route_configuration,
    service,
    sidecar,
    virtual_host,
    world,
)
from libs.kernel.xds import Snapshot

WEB = "web.default.svc.cluster.local"


def _rules(name: str, hosts: str, cluster_port: int, priority: int = 0) -> str:
    spec = (
        f"{{hosts: {hosts}, http: [{{name: {name}, route: "
        f"[{{destination: {{host: web, port: {{number: {cluster_port}}}}}}}]}}]}}"
    )
    metadata = f', annotations: {{periplus.io/priority: "{priority}"}}' if priority else ""
    return istio("VirtualService", name, spec, metadata)


def _compiled(text: str, namespace: str = "default") -> Snapshot:
    return compile_snapshot(world(service("web") + text), sidecar(namespace)).snapshot


def _first_route(snapshot: Snapshot, host: str = f"{WEB}:80") -> str:
    return virtual_host(snapshot, "80", host).routes[0].name


def test_of_two_rules_for_a_host_the_older_one_counts_alone() -> None:
    """Sidecars do not merge rules."""
    snapshot = _compiled(_rules("b-newer", "[web]", 80, 1) + _rules("a-older", "[web]", 80, 2))
    host = virtual_host(snapshot, "80", f"{WEB}:80")
    assert [route.name for route in host.routes] == ["a-older"]


def test_a_name_beats_a_wildcard_whatever_is_older() -> None:
    """The most specific host decides first."""
    snapshot = _compiled(
        _rules("wild", "['*.default.svc.cluster.local']", 80, 9) + _rules("named", "[web]", 80, 1)
    )
    assert _first_route(snapshot) == "named"


def test_a_wildcard_reaches_services_that_no_name_is_written_for() -> None:
    """Its rules stand in the service's own virtual host."""
    snapshot = _compiled(_rules("wild", "['*.default.svc.cluster.local']", 80))
    assert _first_route(snapshot) == "wild"


def test_rules_without_a_route_for_this_proxy_leave_the_default() -> None:
    """A rule for another port is no rule here."""
    spec = "{hosts: [web], http: [{match: [{port: 81}], route: [{destination: {host: web}}]}]}"
    assert _first_route(_compiled(istio("VirtualService", "v", spec))) == "default"


def test_hosts_without_a_service_are_known_on_port_80_only() -> None:
    """Nobody says on which other port they would be called."""
    text = service("db", "{name: http, port: 81}") + _rules("v", "[api.example]", 80)
    snapshot = _compiled(text)
    names = [host.name for host in route_configuration(snapshot, "80").virtual_hosts]
    assert "api.example:80" in names
    names = [host.name for host in route_configuration(snapshot, "81").virtual_hosts]
    assert not any(name.startswith("api.example") for name in names)


def test_a_hosts_own_name_is_not_taken_as_the_short_name_of_another() -> None:
    """An entry for `web.default` has that name, and the service keeps the rest."""
    entry = istio(
        "ServiceEntry",
        "e",
        "{hosts: [web.default], ports: [{number: 80, name: http, protocol: HTTP}], "
        "resolution: DNS}",
    )
    snapshot = _compiled(entry)
    assert "web.default" in virtual_host(snapshot, "80", "web.default:80").domains
    assert "web.default" not in virtual_host(snapshot, "80", f"{WEB}:80").domains


def test_names_are_shorter_within_the_namespace() -> None:
    """From elsewhere the bare name is somebody else's."""
    assert "web" in virtual_host(_compiled(""), "80", f"{WEB}:80").domains
    assert "web" not in virtual_host(_compiled("", "other"), "80", f"{WEB}:80").domains


def test_addresses_are_names_as_well() -> None:
    """Clients call a service by its address too, an IPv6 one in brackets."""
    text = service("six", more="clusterIPs: [10.1.0.1, 'fd00::1']")
    domains = virtual_host(_compiled(text), "80", "six.default.svc.cluster.local:80").domains
    assert {"10.1.0.1", "10.1.0.1:80", "[fd00::1]", "[fd00::1]:80"} <= set(domains)


def test_members_of_a_headless_service_can_be_called_by_name() -> None:
    """Each of its workloads has a name below the service's."""
    text = service("db", more="clusterIP: None")
    domains = virtual_host(_compiled(text), "80", "db.default.svc.cluster.local:80").domains
    assert "*.db.default.svc.cluster.local" in domains
    assert not any(
        d.startswith("*") for d in virtual_host(_compiled(""), "80", f"{WEB}:80").domains
    )
