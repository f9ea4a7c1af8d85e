"""Fleet and Clusters, read together."""

import pytest

from libs.desired.fleetview import FleetReading, fleet_view, plain_view, stored_view
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level
from libs.kernel.origins import Origin
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject

FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets:
  - name: shop
    paths: [configs/shop]
    clusters: {matchLabels: {env: prod}}
"""
EAST = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east, labels: {env: prod}}
"""
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: stray}\nspec: {ports: [{port: 80}]}\n"


def read(**files: str) -> FleetReading:
    """Read a fleet; the keyword `clusters__east` is the cluster.yaml of folder east."""
    found: list[ParsedObject] = []
    for name, text in files.items():
        path = "fleet.yaml" if name == "fleet" else f"clusters/{name[10:]}/cluster.yaml"
        parsed = parse_file(path, text.encode())
        assert not parsed.messages
        found.extend(parsed.objects)
    return fleet_view(found)


def test_a_view_has_sets_and_clusters_by_name() -> None:
    """Each cluster's folder is a set of its own beside those of the fleet."""
    view = read(fleet=FLEET, clusters__east=EAST).view
    assert view is not None
    assert list(view.clusters) == [ClusterName("east")]
    assert list(view.sets) == [SetName("shop"), SetName("clusters/east")]
    assert view.sets[SetName("clusters/east")].paths == ("clusters/east",)
    assert view.fleet_at(("spec", "sets", 0, "paths")) == Origin("fleet.yaml", 7, 5)
    assert not view.is_plain


def test_a_stored_fleet_is_the_same_fleet() -> None:
    """What was accepted reads the same without its text; only places are gone."""
    view = read(fleet=FLEET, clusters__east=EAST).view
    assert view is not None
    again = stored_view([*view.clusters.values(), view.fleet])
    assert again == view
    assert again.fleet_at(("spec",)) == Origin("fleet.yaml")
    with pytest.raises(ValueError, match="there is no Fleet"):
        stored_view(view.clusters.values())


def test_a_plain_directory_is_one_set_for_one_static_cluster() -> None:
    """Without fleet.yaml everything is set `default` for cluster `default`, also when stored."""
    view = plain_view()
    assert list(view.sets) == [SetName("default")]
    assert list(view.clusters) == [ClusterName("default")]
    assert view.clusters[ClusterName("default")].spec.connection.static is not None
    assert stored_view([view.fleet, *view.clusters.values()]).is_plain


@pytest.mark.parametrize(
    ("files", "said"),
    [
        (
            {"fleet": FLEET, "clusters__west": EAST},
            (
                "clusters/west/cluster.yaml:3:18: error PER0207: Cluster east: "
                "a cluster has the name of its folder; write `west`"
            ),
        ),
        (
            {"fleet": f"{FLEET}---\n{FLEET}"},
            (
                "fleet.yaml:10:1: error PER0207: Fleet example: "
                "a second Fleet; keep the one at fleet.yaml:1:1 and remove this one"
            ),
        ),
        (
            {"fleet": FLEET, "clusters__east": f"{EAST}---\n{EAST}"},
            (
                "clusters/east/cluster.yaml:5:1: error PER0207: Cluster east: "
                "Cluster east is already at clusters/east/cluster.yaml:1:1; remove one of them"
            ),
        ),
        (
            {"fleet": f"{FLEET}---\n{SERVICE}"},
            (
                "fleet.yaml:10:1: error PER0207: Service default/stray: "
                "only a Fleet stands in this file; move Service default/stray to another file"
            ),
        ),
        (
            {"fleet": FLEET, "clusters__east": f"{EAST}---\n{SERVICE}"},
            (
                "clusters/east/cluster.yaml:5:1: error PER0207: Service default/stray: "
                "only a Cluster stands in this file; move Service default/stray to another file"
            ),
        ),
        (
            {"fleet": FLEET + "  - {name: shop, paths: [other]}\n"},
            (
                "fleet.yaml:9:12: error PER0207: Fleet example: "
                "two sets have the name `shop`; give this one another name"
            ),
        ),
        (
            {"fleet": "# nothing\n"},
            (
                "fleet.yaml:1:1: error PER0207: there is no Fleet in this file; "
                "write `kind: Fleet` with the sets of the fleet"
            ),
        ),
    ],
    ids=["folder", "two fleets", "two clusters", "stray", "stray beside", "two sets", "no fleet"],
)
def test_a_fleet_that_contradicts_itself_is_no_view(files: dict[str, str], said: str) -> None:
    """One sentence says which file and line, and what to write instead."""
    reading = read(**files)
    assert reading.view is None
    assert [str(one) for one in reading.messages] == [said]


def test_a_set_that_no_cluster_gets_is_said() -> None:
    """A selector without a cluster is a warning: the cluster may come later."""
    reading = read(fleet=FLEET, clusters__east=EAST.replace("prod", "test"))
    assert reading.view is not None
    (message,) = reading.messages
    assert (message.level, message.origin) == (Level.WARNING, Origin("fleet.yaml", 8, 5))
    assert message.text == "no cluster gets set `shop`; select labels that a cluster has"


def test_a_fleet_without_clusters_is_said_once() -> None:
    """Where there are no clusters at all, the sets' selectors are not to blame."""
    reading = read(fleet=FLEET)
    assert [one.code for one in reading.messages] == ["PER0209"]
    assert "has no clusters" in reading.messages[0].text


def test_a_wave_that_no_cluster_is_in_is_said() -> None:
    """Also where an earlier wave has taken all that it selects."""
    rules = "  rollout:\n    waves:\n    - {name: first}\n    - {name: second}\n"
    reading = read(fleet=FLEET + rules, clusters__east=EAST)
    assert reading.view is not None
    (message,) = reading.messages
    assert (message.level, message.origin) == (Level.WARNING, Origin("fleet.yaml", 12, 7))
    assert message.text == (
        "no cluster is in wave `second`; select labels that a cluster has and no earlier wave"
        " selects"
    )
