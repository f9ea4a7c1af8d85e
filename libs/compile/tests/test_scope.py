"""What a sidecar may reach."""

import pytest

from libs.compile.scope import Scope, scope_of, select_sidecar, visible_services
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.compile.world import World
from libs.meshapi.fleet import MeshSettings

SERVICES = (
    service("web")
    + service("db", "{name: tcp, port: 5432}")
    + service("far", "{name: http, port: 80}").replace("name: far", "name: far, namespace: other")
)


def _scoped(hosts: str, port: str = "") -> World:
    spec = f"{{egress: [{{{port}hosts: {hosts}}}]}}"
    return world(SERVICES + istio("Sidecar", "s", spec))


def _scope(mesh: World) -> Scope:
    proxy = sidecar()
    return scope_of(mesh, proxy, visible_services(mesh, proxy.namespace))


def _names(mesh: World) -> list[str]:
    return [one.hostname.split(".")[0] for one in _scope(mesh).services]


@pytest.mark.parametrize(
    ("hosts", "expected"),
    [
        pytest.param('["*/*"]', ["db", "far", "web"], id="everything"),
        pytest.param('["./*"]', ["db", "web"], id="the own namespace"),
        pytest.param('["other/*"]', ["far"], id="another namespace"),
        pytest.param('["~/*"]', [], id="nothing"),
        pytest.param('["*/web.default.svc.cluster.local"]', ["web"], id="one host"),
        pytest.param('["./*", "other/*"]', ["db", "far", "web"], id="two imports"),
        pytest.param('["*/*.other.svc.cluster.local"]', ["far"], id="a wildcard"),
    ],
)
def test_hosts_are_imported_by_namespace_and_name(hosts: str, expected: list[str]) -> None:
    """Both halves of `namespace/host` have to fit."""
    assert _names(_scoped(hosts)) == expected


def test_without_a_sidecar_everything_is_in_scope() -> None:
    """That is Istio's default."""
    assert _names(world(SERVICES)) == ["db", "far", "web"]


def test_a_listener_with_a_port_offers_that_port_only() -> None:
    """Services without it are not offered there."""
    mesh = _scoped('["*/*"]', "port: {number: 5432, protocol: TCP, name: tcp}, ")
    (egress,) = _scope(mesh).egress
    assert [one.hostname.split(".")[0] for one in egress.services] == ["db"]


def test_where_an_imported_rule_leads_is_in_scope() -> None:
    """Else its calls would have nowhere to go."""
    text = istio(
        "VirtualService",
        "web",
        "{hosts: [web], http: [{route: [{destination: {host: far.other.svc.cluster.local}}]}]}",
    )
    mesh = world(
        SERVICES
        + istio("Sidecar", "s", '{egress: [{hosts: ["./web.default.svc.cluster.local"]}]}')
        + text
    )
    assert _names(mesh) == ["far", "web"]
    (egress,) = _scope(mesh).egress
    assert [one.hostname.split(".")[0] for one in egress.services] == ["web"]


SIDECARS = (
    istio("Sidecar", "root", "{egress: [{hosts: ['*/*']}]}", ", namespace: istio-system")
    + istio("Sidecar", "general", "{egress: [{hosts: ['*/*']}]}", ", namespace: shop")
    + istio(
        "Sidecar",
        "own",
        "{workloadSelector: {labels: {app: web}}, egress: [{hosts: ['*/*']}]}",
        ", namespace: shop",
    )
    + istio(
        "Sidecar",
        "root-selecting",
        "{workloadSelector: {labels: {app: web}}, egress: [{hosts: ['*/*']}]}",
        ", namespace: istio-system",
    )
)


@pytest.mark.parametrize(
    ("namespace", "labels", "expected"),
    [
        pytest.param("shop", {"app": "web", "x": "y"}, "own", id="one that selects it"),
        pytest.param("shop", {"app": "db"}, "general", id="the namespace's"),
        pytest.param("other", {"app": "web"}, "root", id="the mesh's"),
    ],
)
def test_the_nearest_sidecar_applies(namespace: str, labels: dict[str, str], expected: str) -> None:
    """A selector reaches no further than its own namespace."""
    found = select_sidecar(world(SIDECARS), sidecar(namespace, labels=labels))
    assert found is not None
    assert found.metadata.name == expected


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        pytest.param("", True, id="the mesh's default"),
        pytest.param("outboundTrafficPolicy: {mode: REGISTRY_ONLY}, ", False, id="its own"),
        pytest.param("outboundTrafficPolicy: {mode: ALLOW_ANY}, ", True, id="its own, open"),
    ],
)
def test_the_sidecars_word_on_unknown_hosts_beats_the_meshs(policy: str, expected: bool) -> None:  # noqa: FBT001 - the expected answer
    """Without one the mesh decides, and the mesh lets everything through."""
    mesh = world(istio("Sidecar", "s", f"{{{policy}egress: [{{hosts: ['*/*']}}]}}"))
    assert _scope(mesh).allow_any is expected


@pytest.mark.parametrize(
    ("mode", "open_"),
    [("REGISTRY_ONLY", False), ("ALLOW_ANY", True), ("ALLOW_ANY_DYNAMIC_DNS", True)],
)
def test_the_mesh_may_refuse_unknown_hosts(mode: str, open_: bool) -> None:  # noqa: FBT001 - the expected answer
    """Its setting counts where no Sidecar says anything; every mode but one lets them out."""
    settings = MeshSettings.model_validate({"outboundTrafficPolicy": {"mode": mode}})
    assert _scope(world("", settings)).allow_any is open_
