"""What is reported of a proxy's calls reaches its filters, and its collectors are there."""

from libs.compile.ledger import Ledger
from libs.compile.observing import called_services, observed, watches
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.envoy.hcm import Side
from libs.kernel import xds
from libs.meshapi.meshconfig.config import DefaultProviders, MeshConfig
from libs.meshapi.meshconfig.providers import ExtensionProvider, Zipkin

_ZIPKIN = ExtensionProvider(name="zipkin", zipkin=Zipkin(service="default/zipkin", port=9411))
_MESH = MeshConfig(
    extension_providers=(_ZIPKIN,), default_providers=DefaultProviders(tracing=("zipkin",))
)
_SERVICE = service("zipkin", "{name: http, port: 9411}")


def test_nobody_who_asks_for_nothing_is_watched() -> None:
    """Then no listener is looked at for it."""
    assert not watches(world(_SERVICE))
    assert watches(world(_SERVICE, _MESH))
    assert watches(world(_SERVICE, MeshConfig(access_log_file="/dev/stdout")))


def test_a_collector_that_is_not_there_is_said() -> None:
    """Envoy would refuse a tracer whose cluster it does not know."""
    ledger = Ledger()
    found = observed(world("", _MESH), sidecar(), Side.OUTBOUND, ledger)
    assert found.traced is None
    (problem,) = ledger.problems
    assert "no service zipkin.default.svc.cluster.local has port 9411" in problem


def test_a_collector_is_called_whatever_else_a_workload_may_call() -> None:
    """A Sidecar that imports nothing still leaves the way to report."""
    alone = istio("Sidecar", "alone", '{egress: [{hosts: ["~/*"]}]}')
    made = world(_SERVICE + alone, _MESH)
    assert [one.namespace for one in called_services(made, sidecar())] == ["default"]
    compiled = compile_snapshot(made, sidecar())
    name = "outbound|9411||zipkin.default.svc.cluster.local"
    assert name in compiled.snapshot.of(xds.CLUSTER)


def test_spans_say_whose_they_are() -> None:
    """Labels that Istio reads name the service and its revision."""
    proxy = sidecar(labels={"app": "web", "version": "v2"})
    found = observed(world(_SERVICE, _MESH), proxy, Side.INBOUND, Ledger())
    assert found.traced is not None
    tags = {one.tag: one.literal.value for one in found.traced.custom_tags}
    assert (tags["istio.canonical_service"], tags["istio.canonical_revision"]) == ("web", "v2")


def test_a_provider_that_the_mesh_lacks_is_said() -> None:
    """A name that is mistyped would trace nobody in silence."""
    mesh = MeshConfig(default_providers=DefaultProviders(tracing=("zipkn",)))
    ledger = Ledger()
    assert observed(world("", mesh), sidecar(), Side.OUTBOUND, ledger).traced is None
    (problem,) = ledger.problems
    assert "zipkn" in problem


def test_a_filter_that_is_no_cel_leaves_out_its_log_alone() -> None:
    """Envoy would refuse the whole listener for it."""
    text = """
apiVersion: telemetry.istio.io/v1
kind: Telemetry
metadata: {name: a}
spec:
  accessLogging:
  - {providers: [{name: envoy}], filter: {expression: "response.code >="}}
"""
    ledger = Ledger()
    assert observed(world(text), sidecar(), Side.OUTBOUND, ledger).http_logs == ()
    (problem,) = ledger.problems
    assert "no CEL" in problem


def test_tracing_that_is_only_turned_on_goes_to_the_usual_place() -> None:
    """A short address means the service of that name and namespace."""
    text = service("zipkin", "{name: http, port: 9411}").replace(
        "{name: zipkin}", "{name: zipkin, namespace: istio-system}"
    )
    mesh, ledger = MeshConfig(enable_tracing=True), Ledger()
    found = observed(world(text, mesh), sidecar(), Side.OUTBOUND, ledger)
    assert found.traced is not None
    assert ledger.problems == {}
    assert observed(world("", mesh), sidecar(), Side.OUTBOUND, ledger).traced is None
    assert len(ledger.problems) == 1
