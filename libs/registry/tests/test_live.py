"""Facts of one cluster through all that a watch can tell."""

from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Blind, Changed, Gone, Listed, LiveObject, Unserved
from libs.registry.facts import ENDPOINTS, NAMESPACES, SERVICES, SLICES
from libs.registry.live import WATCHED, ClusterFacts

KEY = ObjectKey("", "Namespace", "", "shop")


def _namespace(**labels: str) -> LiveObject:
    metadata = {"name": "shop", "labels": labels}
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}
    return LiveObject(KEY, "u", "1", 0, body)


def test_only_what_changes_a_fact_is_a_change() -> None:
    """The same object once more is none, and the object that was there stays the same one."""
    facts = ClusterFacts()
    assert facts.take([Listed(NAMESPACES, (_namespace(a="1"),))])
    (first,) = facts.objects()
    assert not facts.take([Changed(NAMESPACES, _namespace(a="1"))])
    assert not facts.take([Listed(NAMESPACES, (_namespace(a="1"),))])
    assert facts.objects()[0] is first
    assert facts.take([Changed(NAMESPACES, _namespace(a="2"))])
    assert facts.take([Gone(NAMESPACES, KEY, "u")])
    assert facts.objects() == ()


def test_a_cluster_out_of_sight_keeps_its_facts() -> None:
    """Until it is listed again, when what is gone goes."""
    facts = ClusterFacts()
    facts.take([Listed(NAMESPACES, (_namespace(),))])
    assert not facts.take([Blind(NAMESPACES, "away")])
    assert len(facts.objects()) == 1
    assert facts.blind == {NAMESPACES: "away"}
    assert facts.take([Listed(NAMESPACES, ())])
    assert facts.objects() == ()
    assert facts.blind == {}


def test_facts_are_complete_when_every_kind_was_seen_or_is_not_served() -> None:
    """Before that, what is missing may be there."""
    facts = ClusterFacts()
    facts.take([Listed(one, ()) for one in WATCHED if one != SLICES])
    assert not facts.is_complete
    facts.take([Unserved(SLICES)])
    assert facts.is_complete


def test_endpoints_count_where_slices_are_not_served() -> None:
    """And only there, because a server that has both writes the same into both."""
    body = {
        "apiVersion": "v1",
        "kind": "Endpoints",
        "metadata": {"name": "s", "namespace": "n"},
        "subsets": [{"addresses": [{"ip": "10.0.0.1"}], "ports": [{"port": 80}]}],
    }
    old = LiveObject(ObjectKey("", "Endpoints", "n", "s"), "u", "1", 0, body)
    facts = ClusterFacts()
    facts.take([Listed(SERVICES, ()), Listed(ENDPOINTS, (old,)), Listed(SLICES, ())])
    assert facts.objects() == ()
    facts.take([Unserved(SLICES)])
    assert [one.kind for one in facts.objects()] == ["EndpointSlice"]
