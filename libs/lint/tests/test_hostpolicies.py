"""Policies by host, against those of everything."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from libs.compile.policies import candidates
from libs.compile.world import build_world
from libs.desired.select import objects_for
from libs.lint.clusterview import cluster_view
from libs.lint.tests.edits import FLEETS, TEXTS, read


@given(st.lists(st.sampled_from(TEXTS), unique=True))
def test_policies_of_a_host_are_those_of_the_whole_world(texts: list[str]) -> None:
    """Whatever the compiler makes of all objects, the few that are asked for give as well."""
    view, contents = read({**FLEETS["first"], "configs/all/a.yaml": "".join(texts)})
    name = next(iter(view.clusters))
    looked = cluster_view(name, view, contents)
    placed = objects_for(name, view, contents)
    objects = [(one.item.object, one.item.origin) for one in placed]
    world = build_world(objects, name, looked.settings)
    for host in ("web.shop.svc.cluster.local", "a.example", "*.example"):
        for place in product(("shop", "mail"), repeat=2):
            known = candidates(world.policies, host, *place)
            assert looked.policies(host, *place) == known
