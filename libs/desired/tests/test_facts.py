"""What is read of facts, and what a fleet looks like with them."""

from datetime import date

import pytest

from libs.desired.directory import contents_from_files
from libs.desired.facts import (
    ClusterFacts,
    FactsFiles,
    facts_in,
    facts_messages,
    read_facts,
    with_facts,
)
from libs.desired.select import objects_for
from libs.kernel.ids import ClusterName
from libs.kernel.messages import Level, errors

DAY = date(2026, 5, 5)
EAST, WEST = ClusterName("east"), ClusterName("west")
_FLEET = b"""apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: f}
spec: {sets: [{name: all, paths: [configs]}]}
"""
_CLUSTER = """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec: {connection: %s}
"""
_SERVICE = b"apiVersion: v1\nkind: Service\nmetadata: {name: %s}\nspec: {ports: [{port: %d}]}\n"
OBSERVED = b"""apiVersion: periplus.io/v1alpha1
kind: Observation
metadata: {name: east}
spec:
  seenAt: 2026-05-04T03:02:01Z
  calls:
  - {source: {namespace: shop, principal: cluster.local/ns/shop/sa/web}, host: api, port: 80,
     seenBy: callee, tls: mtls, method: GET, path: /a}
"""
TREE = {
    "fleet.yaml": _FLEET,
    "clusters/east/cluster.yaml": (_CLUSTER % ("east", "{context: east}")).encode(),
    "clusters/west/cluster.yaml": (_CLUSTER % ("west", "{static: {}}")).encode(),
    "configs/a.yaml": _SERVICE % (b"api", 80),
}


def facts(text: bytes) -> ClusterFacts:
    """Return the facts of `east`, which have to be right."""
    found = read_facts(EAST, text).facts
    assert found is not None
    return found


def files(**texts: bytes) -> FactsFiles:
    """Return facts by their clusters."""
    return facts_in({f"clusters/{name}/facts.yaml": text for name, text in texts.items()})


def test_facts_are_objects_and_what_was_observed() -> None:
    """That a kind has no effect elsewhere is nobody's concern here."""
    pod = b"---\napiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c}]}\n"
    found = read_facts(EAST, OBSERVED + pod)
    assert found.messages == ()
    assert found.facts is not None
    assert [str(one.key) for one in found.facts.objects] == ["Pod default/p"]
    observed = found.facts.observed
    assert observed is not None
    assert observed.spec.calls[0].source.principal == "cluster.local/ns/shop/sa/web"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"kind: [", "facts.yaml:1:7: error PER0101"),
        (OBSERVED.replace(b"port: 80", b"port: 0"), "facts.yaml:7:91: error IST0106"),
        (OBSERVED.replace(b"east", b"west"), "has the name of its cluster; write `east`"),
        (OBSERVED + b"---\n" + OBSERVED, "a second Observation; keep the one at"),
        (OBSERVED.replace(b"01Z", b"01"), "a moment in UTC such as"),
        (b"---\n".join([_SERVICE % (b"a", 1)] * 2), "Service default/a is already at"),
        (TREE["fleet.yaml"], "Fleet f is nothing that is seen of a cluster; move it"),
    ],
    ids=["no YAML", "wrong value", "other name", "two", "no moment", "repeated", "a wish"],
)
def test_wrong_facts_are_refused_with_a_sentence(text: bytes, said: str) -> None:
    """Nothing of a file counts that has an error."""
    found = read_facts(EAST, text)
    assert found.facts is None
    assert said in "\n".join(map(str, errors(found.messages)))


def test_a_file_is_read_once_and_only_when_asked_for() -> None:
    """What nobody asks for costs nothing, whatever is in it."""
    found = facts_in({"clusters/east/facts.yaml": OBSERVED, "configs/facts.yaml": b"x"})
    assert list(found.files) == [EAST]
    assert found.of(EAST) is found.of(EAST)
    assert found.of(WEST) is None


def test_newer_facts_stand_in_for_older_ones() -> None:
    """A cluster of which there is nothing new keeps what was known."""
    old, new = files(east=b"", west=OBSERVED), files(east=OBSERVED)
    both = new.newer_than(old)
    assert list(both.files) == [EAST, WEST]
    assert both.of(EAST) == new.of(EAST)


def test_a_cluster_has_what_it_was_seen_to_have() -> None:
    """What the repository describes is as it says; a cluster without API server has no more."""
    view, contents, _ = contents_from_files(TREE)
    assert view is not None
    seen = facts(_SERVICE % (b"db", 5432) + b"---\n" + _SERVICE % (b"api", 81))
    known = with_facts(view, contents, {EAST: seen, WEST: seen})
    names = {
        cluster: {one.key.name: one.item.origin.file for one in objects_for(cluster, view, known)}
        for cluster in (EAST, WEST)
    }
    assert names[EAST] == {"api": "configs/a.yaml", "db": "clusters/east/facts.yaml"}
    assert names[WEST] == {"api": "configs/a.yaml"}


def test_facts_of_the_wrong_cluster_are_named() -> None:
    """Objects of a cluster without an API server stand in its other files."""
    view, _, _ = contents_from_files(TREE)
    assert view is not None
    found = files(east=b"a", west=_SERVICE % (b"db", 1), none=b"a")
    first, second = facts_messages(view, found, DAY)
    assert first.origin.file == "clusters/east/facts.yaml"
    assert "`west` has no API server" in second.text


def test_old_facts_are_said_to_be_old() -> None:
    """A preview by them may be of a cluster that is another one by now."""
    view, _, _ = contents_from_files(TREE)
    assert view is not None
    assert facts_messages(view, files(east=OBSERVED), DAY) == ()
    (said,) = facts_messages(view, files(east=OBSERVED), date(2026, 6, 4))
    assert (said.level, said.origin.line) == (Level.INFO, 5)
    assert "31 days ago" in said.text


def test_facts_are_in_no_set() -> None:
    """They are read by nobody who accepts a commit, whatever they say."""
    read = contents_from_files({**TREE, "clusters/east/facts.yaml": b"kind: ["})
    assert read.view is not None
    assert errors(read.messages) == ()
    assert all(not some for name, some in read.contents.items() if name == "clusters/east")
