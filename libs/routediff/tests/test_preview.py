"""What a change does to a whole fleet."""

from libs.kernel.ids import ClusterName
from libs.routediff.preview import Preview, preview
from libs.routediff.summary import summary
from libs.routediff.tests.fleets import TO_V1, rule, side
from libs.routing.call import Tls
from libs.routing.outcome import Failure

_TEAPOT = "{directResponse: {status: 418}}"


def test_clusters_with_the_same_objects_are_one_difference() -> None:
    """The sentence is said once, for both."""
    (found,) = preview(side(), side(configs__all__rules=rule(_TEAPOT))).differences
    assert found.clusters == ("east", "west")
    (only,) = found.classes
    assert "all requests close: " in summary(only.found)


def test_an_object_of_one_cluster_differs_there_alone() -> None:
    """The other cluster is named without a difference."""
    new = side(clusters__west__rules=rule(_TEAPOT).replace("web,", "own,"), configs__all__rules="")
    found = preview(side(configs__all__rules=""), new).differences
    assert [(one.clusters, bool(one.classes)) for one in found] == [
        (("east",), False),
        (("west",), True),
    ]


def test_only_the_clusters_that_are_asked_for_are_compared() -> None:
    """One name, one pair."""
    found = preview(side(), side(configs__all__rules=""), [ClusterName("west")])
    assert list(found.pairs) == ["west"]


def test_a_new_cluster_is_compared_with_an_empty_one() -> None:
    """Everything there is new, and nothing is said of the others."""
    new = side(
        clusters__north__cluster="""apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: north, labels: {env: prod}}
spec: {connection: {static: {}}}
"""
    )
    found = preview(side(), new).differences
    assert [(one.clusters, bool(one.classes)) for one in found] == [
        (("east", "west"), False),
        (("north",), True),
    ]


def test_text_alone_changes_nothing() -> None:
    """Labels are no routes."""
    labelled = rule(TO_V1).replace("name: web", "name: web, labels: {team: a}", 1)
    found = preview(side(), side(configs__all__rules=labelled))
    assert not any(one.classes or one.undecided for one in found.differences)
    assert found.risks == ()


_REMOTE = """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: west, labels: {env: prod}}
spec: {connection: {context: west}}
"""
_DB = """apiVersion: v1
kind: Service
metadata: {name: db, namespace: default}
spec: {ports: [{name: http, port: 80}]}
"""
_TO_DB = rule(_TEAPOT).replace("web", "db")


def _sides(facts: str, *, before: str = "") -> Preview:
    """Compare a fleet with one that has a rule for a service of the cluster `west` alone."""
    old = side(clusters__west__cluster=_REMOTE, clusters__west__facts=before)
    new = side(
        clusters__west__cluster=_REMOTE, clusters__west__facts=facts, configs__all__more=_TO_DB
    )
    return preview(old, new, [ClusterName("west")])


def test_a_cluster_that_nobody_looked_at_is_unknown() -> None:
    """There may be calls that change, so nothing is said of any."""
    (found,) = _sides("").differences
    assert found.classes == ()
    (only,) = found.undecided
    assert only.reason.startswith("unknown: what runs there is in its API server, and `facts.yaml`")


def test_a_cluster_whose_facts_cannot_be_read_is_unknown() -> None:
    """And so is one of which only calls were written down."""
    (found,) = _sides("kind: [").differences
    assert "PER0101" in found.undecided[0].reason
    seen = "{apiVersion: periplus.io/v1alpha1, kind: Observation, metadata: {name: west}}"
    (found,) = _sides(seen).differences
    assert "its facts have no objects" in found.undecided[0].reason


def test_a_change_that_does_not_reach_a_cluster_needs_no_facts_of_it() -> None:
    """What it has, whatever that is, stays as it is."""
    remote = side(clusters__west__cluster=_REMOTE)
    again = side(clusters__west__cluster=_REMOTE)
    (found,) = preview(remote, again, [ClusterName("west")]).differences
    assert (found.classes, found.undecided) == ((), ())


def test_services_that_only_a_cluster_has_are_compared() -> None:
    """By the newest facts on both sides: that a service is seen now opens no call."""
    for before in ("", _DB):
        (found,) = _sides(_DB, before=before).differences
        assert found.undecided == ()
        (only,) = found.classes
        assert "db.default.svc.cluster.local:80: all requests" in summary(only.found)


def test_facts_alone_change_nothing() -> None:
    """A service that went and one that came are no doing of the commit."""
    old = side(clusters__west__cluster=_REMOTE, clusters__west__facts=_DB)
    new = side(
        clusters__west__cluster=_REMOTE, clusters__west__facts=_DB.replace("name: db", "name: new")
    )
    found = preview(old, new, [ClusterName("west")])
    assert not any(one.classes or one.undecided for one in found.differences)
    assert found.risks == ()


_PEERS = """apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: default, namespace: istio-system}
spec: {mtls: {mode: STRICT}}
"""


def test_a_demand_for_mutual_tls_closes_calls_without_it_and_no_others() -> None:
    """Workloads have certificates, so that callers with one go on."""
    (found,) = preview(side(), side(configs__all__peers=_PEERS)).differences
    closed = [one.found.example for one in found.classes if one.found.effect == "closed"]
    assert closed
    assert not [one for one in closed if one.tls is Tls.MTLS]
    web = [one.found for one in found.classes if "port 80 " in one.found.entry]
    assert {(one.new.error, one.example.tls) for one in web if one.effect == "closed"} == {
        (Failure.TLS_ERROR, Tls.PLAINTEXT)
    }
