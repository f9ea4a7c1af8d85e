"""Services by host, against the registry of everything."""

from hypothesis import given
from hypothesis import strategies as st

from libs.compile.world import build_world
from libs.desired.select import objects_for
from libs.lint.clusterview import cluster_view
from libs.lint.tests.edits import FLEETS, TEXTS, read


@given(st.lists(st.sampled_from(TEXTS), unique=True))
def test_a_service_by_its_host_is_the_registry_s(texts: list[str]) -> None:
    """Whatever the compiler makes of all objects, the few that are asked for give as well."""
    view, contents = read({**FLEETS["first"], "configs/all/a.yaml": "".join(texts)})
    name = next(iter(view.clusters))
    looked = cluster_view(name, view, contents)
    placed = objects_for(name, view, contents)
    objects = [(one.item.object, one.item.origin) for one in placed]
    world = build_world(objects, name, looked.settings)
    assert looked.hosts() == world.registry.services.keys()
    for host, service in world.registry.services.items():
        assert looked.service(host) == service
