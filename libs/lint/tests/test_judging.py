"""Objects before their checks."""

from libs.lint.clusterview import ClusterView
from libs.lint.engine import Lint
from libs.lint.interface import across, each
from libs.lint.subject import Subject
from libs.lint.tests.edits import FLEETS, read
from libs.lint.wholefleet import WholeFleet
from libs.meshapi.service import Service
from libs.meshapi.virtualservice import VirtualService


def test_only_what_an_edit_concerns_is_looked_at_again() -> None:
    """Of two routes only the one whose service changed is judged anew; once for alike clusters."""
    looked: list[str] = []

    def look(view: ClusterView, one: Subject[VirtualService]) -> tuple[()]:
        looked.append(one.key.name)
        view.service(f"{one.key.name}.default.svc.cluster.local")
        return ()

    route = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {{name: {0}}}\n"
    route += "spec: {{hosts: [{0}], http: [{{directResponse: {{status: 200}}}}]}}\n---\n"
    service = "apiVersion: v1\nkind: Service\nmetadata: {{name: {0}}}\n"
    service += "spec: {{ports: [{{name: http, port: {1}}}]}}\n---\n"
    files = {
        **FLEETS["first"],
        "configs/all/routes.yaml": route.format("one") + route.format("two"),
        "configs/all/one.yaml": service.format("one", 80),
        "configs/all/two.yaml": service.format("two", 80),
    }
    kept = Lint([each(VirtualService, look)])
    kept.findings(*read(files))
    assert looked == ["one", "two"]
    looked.clear()
    kept.findings(*read({**files, "configs/all/one.yaml": service.format("one", 81)}))
    assert looked == ["one"]


def test_a_check_across_clusters_sees_them_all() -> None:
    """It gets all clusters by name, and runs again when one answers otherwise."""
    seen: list[tuple[str, ...]] = []

    def look(fleet: WholeFleet, one: Subject[Service]) -> tuple[()]:
        counts = (f"{view.name}:{len(view.of(Service))}" for view in fleet.clusters)
        seen.append((one.key.name, *counts))
        return ()

    text = "apiVersion: v1\nkind: Service\nmetadata: {name: shop}\nspec: {ports: [{port: 80}]}\n"
    own = "apiVersion: v1\nkind: Service\nmetadata: {name: own}\nspec: {ports: [{port: 80}]}\n"
    files = {**FLEETS["first"], "configs/all/a.yaml": text}
    kept = Lint([across(Service, look)])
    kept.findings(*read(files))
    kept.findings(*read({**files, "clusters/west/own.yaml": own}))
    assert seen[0] == ("shop", "east:1", "south:1", "west:1")
    assert sorted(seen[1:]) == [
        ("own", "east:1", "south:1", "west:2"),
        ("shop", "east:1", "south:1", "west:2"),
    ]
