"""What a change does to a whole fleet."""

from libs.kernel.ids import ClusterName
from libs.routediff.preview import preview
from libs.routediff.summary import summary
from libs.routediff.tests.fleets import TO_V1, rule, side

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
