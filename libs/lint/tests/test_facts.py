"""All objects by what is asked about them."""

from itertools import permutations

from libs.kernel.ids import ClusterName
from libs.lint.facts import Facts
from libs.lint.hostservices import SERVICE_HOSTS
from libs.lint.index import HasKey, KeysOf, every
from libs.lint.tests.subjects import subject
from libs.meshapi.service import Service

WEB = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 80}]}\n"
HOST = "web.default.svc.cluster.local"


def test_objects_under_a_key_stand_in_one_order() -> None:
    """However they came, and whether the table was there before them."""
    some = [subject(f"shop/{name}.yaml", WEB) for name in "abc"]
    for order in permutations(some):
        late, early = Facts("cluster.local"), Facts("cluster.local")
        early.table(SERVICE_HOSTS)
        for one in order:
            late.change((), [one])
            early.change((), [one])
        assert [*late.find(SERVICE_HOSTS, HOST)] == [*early.find(SERVICE_HOSTS, HOST)] == some


def test_a_change_names_the_facts_that_are_others() -> None:
    """A key that comes or goes is another fact than what stands under it."""
    facts = Facts("cluster.local")
    facts.table(SERVICE_HOSTS)
    facts.find(every(Service), None)
    old, new = subject("shop/a.yaml", WEB), subject("shop/b.yaml", WEB)
    touched = {(SERVICE_HOSTS, HOST), (every(Service), None)}
    facts.change((), [old])
    assert facts.change([old], [new]) == touched
    assert facts.change([new], ()) == touched
    assert facts.find(SERVICE_HOSTS, HOST) == ()


def test_clusters_with_equal_keys_have_one_answer() -> None:
    """Comparing them then costs nothing; it is made anew after a change."""
    facts = Facts("cluster.local")
    facts.change((), [subject("shop/a.yaml", WEB, "east", "west")])
    east, west, south = map(ClusterName, ("east", "west", "south"))
    assert facts.keys(SERVICE_HOSTS, east) is facts.keys(SERVICE_HOSTS, west)
    assert facts.keys(SERVICE_HOSTS, south) == frozenset()
    facts.change((), [subject("shop/b.yaml", WEB, "south")])
    assert facts.keys(SERVICE_HOSTS, south) == frozenset({HOST})


def test_the_set_of_keys_changes_with_the_clusters_that_have_them() -> None:
    """A service for one more cluster is a new name there."""
    facts = Facts("cluster.local")
    facts.table(SERVICE_HOSTS)
    assert (KeysOf(SERVICE_HOSTS), None) in facts.change((), [subject("shop/a.yaml", WEB, "east")])
    more = subject("shop/b.yaml", WEB, "east", "west")
    assert {(KeysOf(SERVICE_HOSTS), None), (HasKey(SERVICE_HOSTS), HOST)} <= facts.change(
        (), [more]
    )
    assert facts.change([more], [more]) == {(SERVICE_HOSTS, HOST)}
