"""The order of endpoints follows where the proxy stands."""

from libs.compile.assignments import assignment
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.tests.worlds import istio, service, view_of, world

WEB = "outbound|80||web.default.svc.cluster.local"


def _priorities(proxy: Proxy) -> dict[str, int]:
    workloads = "".join(
        istio(
            "WorkloadEntry",
            f"w{at}",
            f"{{address: 10.0.0.{at}, locality: {place}, labels: {{app: web}}}}",
        )
        for at, place in enumerate(("us/z1", "us/z2", "eu/z1"), 1)
    )
    rule = "{host: web, trafficPolicy: {outlierDetection: {consecutive5xxErrors: 1}}}"
    text = service("web") + workloads + istio("DestinationRule", "d", rule)
    view = view_of(world(text), proxy)
    made = assignment(view, view.outbound[WEB])
    return {f"{one.locality.region}/{one.locality.zone}": one.priority for one in made.endpoints}


def test_a_proxy_stands_where_its_node_its_label_or_its_endpoint_says() -> None:
    """A label counts before the node, and that before an endpoint at one of its addresses."""
    near_europe = {"eu/z1": 0, "us/z1": 1, "us/z2": 1}
    near_zone_2 = {"us/z2": 0, "us/z1": 1, "eu/z1": 2}
    kind = ProxyType.SIDECAR
    label = {"topology.istio.io/locality": "eu.z1"}
    assert _priorities(Proxy(kind, "default", ("10.0.0.2",))) == near_zone_2
    assert _priorities(Proxy(kind, "default", ("10.0.0.2",), locality="eu/z1")) == near_europe
    assert _priorities(Proxy(kind, "default", labels=label, locality="us/z2")) == near_europe


def test_from_nowhere_all_others_are_equally_far() -> None:
    """A proxy without a locality prefers nobody."""
    assert set(_priorities(Proxy(ProxyType.SIDECAR, "default")).values()) == {0}
