"""From which proxies a cluster is seen."""

from libs.compile.tests.worlds import istio, service, world
from libs.compile.vantages import vantages

_WORKLOADS = "".join(
    istio("WorkloadEntry", name, f"{{address: {address}, labels: {{app: {app}, tier: {tier}}}}}")
    for name, address, app, tier in (
        ("a", "10.0.0.1", "web", "front"),
        ("b", "10.0.0.2", "web", "back"),
        ("edge", "10.0.0.3", "edge", "front"),
    )
)


def _names(text: str, *, inbound: bool = False) -> list[str]:
    return [one.name for one in vantages(world(text), inbound=inbound)]


def test_callers_of_a_namespace_are_one_where_no_rule_asks_for_labels() -> None:
    """Workloads that see the same are one vantage."""
    assert _names(service("web") + _WORKLOADS) == ["sidecars of default"]


def test_callers_are_told_apart_by_the_labels_that_a_rule_asks_for() -> None:
    """Only those labels count."""
    rule = "{hosts: [web], http: [{match: [{sourceLabels: {tier: front}}], route: [%s]}]}"
    asking = istio("VirtualService", "web", rule % "{destination: {host: web}}")
    assert _names(service("web") + _WORKLOADS + asking) == [
        "sidecars of default",
        "sidecars tier=front of default",
        "sidecars tier=back of default",
    ]


def test_a_gateway_is_seen_where_its_workload_is() -> None:
    """Without a known workload it is thought to be beside its Gateway."""
    port = "{number: 80, name: http, protocol: HTTP}"
    text = "{selector: {app: %s}, servers: [{port: " + port + ", hosts: ['*']}]}"
    known = istio("Gateway", "one", text % "edge")
    alone = istio("Gateway", "two", text % "other", ", namespace: far")
    found = vantages(world(service("edge") + _WORKLOADS + known + alone), inbound=False)
    routers = [(one.name, one.proxy.ips) for one in found if one.proxy.type == "router"]
    assert routers == [
        ("gateways app=edge of default", ("10.0.0.3",)),
        ("gateways app=other of far", ()),
    ]


def test_workloads_that_are_called_are_seen_on_request() -> None:
    """Each with its own labels and address."""
    names = _names(service("web") + _WORKLOADS, inbound=True)
    assert names.count("sidecars of web.default.svc.cluster.local") == 2
