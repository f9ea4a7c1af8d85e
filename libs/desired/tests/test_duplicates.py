"""Two objects with one identity."""

from libs.desired.directory import contents_from_files
from libs.desired.duplicates import duplicates
from libs.desired.finding import Finding
from libs.kernel.ids import SetName

FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets:
  - {name: shop, paths: [shop], clusters: {matchLabels: {env: prod}}}
  - {name: stars, paths: [stars], clusters: {matchLabels: {env: ENV}}}
"""
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: NAME, labels: {env: prod}}
"""
RULE = """\
apiVersion: networking.istio.io/VERSION
kind: DestinationRule
metadata: {name: reviews}
spec: {host: reviews}
"""


def found(stars_env: str = "prod", **files: str) -> list[Finding]:
    """Return the duplicates of a fleet with sets `shop` and `stars` and two prod clusters."""
    tree = {
        "fleet.yaml": FLEET.replace("ENV", stars_env),
        "clusters/east/cluster.yaml": CLUSTER.replace("NAME", "east"),
        "clusters/west/cluster.yaml": CLUSTER.replace("NAME", "west"),
        **{f"{name.replace('__', '/')}.yaml": text for name, text in files.items()},
    }
    view, contents, _ = contents_from_files({path: text.encode() for path, text in tree.items()})
    assert view is not None
    return [*duplicates(view, contents)]


V1, BETA = RULE.replace("VERSION", "v1"), RULE.replace("VERSION", "v1beta1")


def test_two_versions_of_a_kind_are_one_object() -> None:
    """The served version is no part of an identity; both places are named."""
    (one,) = found(shop__a=V1, shop__b=BETA)
    assert one.sets == (SetName("shop"),)
    assert str(one.message) == (
        "shop/b.yaml:1:1: error PER0203: DestinationRule default/reviews: there are two objects of "
        "this kind and name; remove or rename one of them (see shop/a.yaml:1:1)"
    )


def test_a_duplicate_within_a_set_counts_even_where_no_cluster_gets_it() -> None:
    """A set has to be unambiguous by itself."""
    (one,) = found("nowhere", stars__a=V1, stars__b=V1)
    assert one.sets == (SetName("stars"),)


def test_two_sets_of_one_cluster_may_not_have_one_object() -> None:
    """It is said once for any number of clusters, and both sets may be behind it."""
    (one,) = found(shop__a=V1, stars__b=V1)
    assert one.sets == (SetName("stars"), SetName("shop"))
    assert "set `shop` has this object as well" in one.message.text
    assert one.message.text.endswith("(see shop/a.yaml:1:1)")


def test_two_sets_that_never_meet_may_have_one_object() -> None:
    """Which cluster has which is then clear."""
    assert found("test", shop__a=V1, stars__b=V1) == []


def test_three_objects_of_one_identity_are_two_findings() -> None:
    """Every later one is named together with the first."""
    assert [one.message.origin.line for one in found(shop__a=f"{V1}---\n{V1}---\n{V1}")] == [6, 11]
