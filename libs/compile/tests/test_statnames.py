"""Names under which clusters count."""

from libs.compile.statnames import inbound_name, outbound_name
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world


def test_a_pattern_is_filled_in_with_what_the_cluster_leads_to() -> None:
    """A Kubernetes service is shortened, the host of any other stays."""
    port = "{number: 80, name: http, protocol: HTTP}"
    entry = f"{{hosts: [a.example], ports: [{port}], resolution: DNS}}"
    rule = "{host: web, subsets: [{name: v1}]}"
    text = service("web") + istio("ServiceEntry", "e", entry) + istio("DestinationRule", "d", rule)
    view = view_of(world(text), sidecar())
    pattern = "%SERVICE%/%SERVICE_FQDN%/%SERVICE_PORT%/%SERVICE_PORT_NAME%/%TARGET_PORT%"
    found = {outbound_name(f"{pattern}/%SUBSET_NAME%", one) for one in view.outbound.values()}
    assert found == {
        "a.example/a.example/80/http/80/",
        "web.default/web.default.svc.cluster.local/80/http/80/",
        "web.default/web.default.svc.cluster.local/80/http/80/v1",
    }


def test_a_workloads_own_port_is_the_target_port_of_its_service() -> None:
    """There is no subset of oneself."""
    registry = world(service("web", "{name: http, port: 80, targetPort: 8080}")).registry
    (one,) = registry.instances_of((), "default", {"app": "web"})
    assert inbound_name("%SERVICE_NAME%/%TARGET_PORT%/%SUBSET_NAME%", one) == "web/8080/"
