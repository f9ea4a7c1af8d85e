"""Tests of what a fleet says about its clusters."""

from libs.desired.fleetview import fleet_view
from libs.kernel.ids import ClusterName, SetName
from libs.meshapi.parse import parse_file
from libs.planning.policy import Policy, policy_for
from libs.planning.tests.values import a_key

FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  reconcile: {heal: false, adoptFrom: [kubectl, mytool]}
  sets:
  - {name: a, paths: [configs/a]}
  - name: b
    paths: [configs/b]
    clusters: {matchLabels: {env: prod}}
    reconcile: {prune: false, weightsOf: [shop/cart], ignore: [{fields: [/spec/x]}]}
"""


def policy(cluster: str) -> Policy:
    """Return the policy of a cluster described by the rest of its file."""
    text = f"apiVersion: periplus.io/v1alpha1\nkind: Cluster\n{cluster}"
    objects = [
        *parse_file("fleet.yaml", FLEET.encode()).objects,
        *parse_file("clusters/c/cluster.yaml", text.encode()).objects,
    ]
    view = fleet_view(objects).view
    assert view is not None
    return policy_for(ClusterName("c"), view)


def test_a_set_says_itself_or_takes_what_the_fleet_says() -> None:
    """A set's own settings take the place of the fleet's as a whole."""
    found = policy("metadata: {name: c, labels: {env: prod}}")
    first, second = found.of(SetName("a")), found.of(SetName("b"))
    assert (first.heal, first.prune) == (False, True)
    assert {"kubectl-edit", "mytool"} <= first.adopt_from
    assert (second.heal, second.prune, second.adopt_from) == (True, False, frozenset())


def test_weights_are_a_rule_for_the_named_objects() -> None:
    """It ignores the weights of this VirtualService and of no other."""
    rules = policy("metadata: {name: c, labels: {env: prod}}").of(SetName("b")).ignore
    weights = next(one for one in rules if one.objects)
    assert not weights.covers(a_key("cart", "VirtualService"))
    assert weights.objects == ("VirtualService shop/cart",)


def test_only_sets_that_the_cluster_gets_are_known() -> None:
    """A set that does not select the cluster is none of it."""
    found = policy("metadata: {name: c}\nspec: {suspend: true}")
    assert SetName("b") not in found.sets
    assert found.suspend
