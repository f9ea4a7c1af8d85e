"""Trees of files, read in one step."""

from hypothesis import given
from hypothesis import strategies as st

from libs.desired.directory import contents_from_files
from libs.kernel.ids import SetName

SERVICE = b"apiVersion: v1\nkind: Service\nmetadata: {name: reviews}\nspec: {ports: [{port: 80}]}\n"
FLEET = b"""\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets:
  - {name: shop, paths: [configs]}
  - {name: other, paths: [configs/a.yaml]}
"""
CLUSTER = b"apiVersion: periplus.io/v1alpha1\nkind: Cluster\nmetadata: {name: east}\n"


def test_a_plain_directory_is_one_set() -> None:
    """Any YAML file anywhere is part of it."""
    view, contents, messages = contents_from_files({"x/a.yaml": SERVICE, "notes.txt": b"\xff"})
    assert view is not None
    assert view.is_plain
    assert [one.key.name for one in contents[SetName("default")]] == ["reviews"]
    assert messages == ()


def test_a_file_of_two_sets_speaks_once() -> None:
    """It is parsed once; its objects are in both sets, its messages are said once."""
    files = {
        "fleet.yaml": FLEET,
        "clusters/east/cluster.yaml": CLUSTER,
        "configs/a.yaml": SERVICE + b"---\nkind: [\n",
    }
    view, contents, messages = contents_from_files(files)
    assert view is not None
    assert contents[SetName("shop")] == contents[SetName("other")] != ()
    assert [one.origin.file for one in messages] == ["configs/a.yaml"]


def test_a_fleet_that_cannot_be_read_gives_no_contents() -> None:
    """Nobody knows then which file is in which set."""
    view, contents, messages = contents_from_files(
        {"fleet.yaml": FLEET + b"  bad: [\n", "configs/a.yaml": SERVICE}
    )
    assert (view, contents) == (None, {})
    assert [one.code for one in messages] == ["PER0101"]


def test_a_broken_cluster_file_gives_no_view() -> None:
    """A cluster that is not understood would otherwise look like one that left."""
    files = {"fleet.yaml": FLEET, "clusters/east/cluster.yaml": b"kind: Cluster\n"}
    assert contents_from_files(files).view is None


def test_clusters_need_a_fleet() -> None:
    """Clusters without a fleet.yaml are no plain directory."""
    view, _, messages = contents_from_files({"clusters/east/cluster.yaml": CLUSTER})
    assert view is None
    assert [str(one) for one in messages] == [
        (
            "fleet.yaml:1:1: error PER0207: there are clusters and no `fleet.yaml`; "
            "write one with a Fleet"
        )
    ]


@given(
    st.dictionaries(
        st.sampled_from(["fleet.yaml", "clusters/east/cluster.yaml", "configs/a.yaml", "b.yml"]),
        st.sampled_from([SERVICE, FLEET, CLUSTER, b"", b"\xff", b"kind: [", b"--- {}\n"]),
    )
)
def test_whatever_files_hold_is_an_answer(files: dict[str, bytes]) -> None:
    """Reading never raises, and where there is no view there is a message why."""
    view, contents, messages = contents_from_files(files)
    assert view is not None or messages
    assert view is not None or not contents
