"""One finding for all clusters that have it."""

from libs.desired.finding import Finding
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.lint.folding import fold

EAST, WEST = ClusterName("east"), ClusterName("west")
FOUND = Finding(
    Message("PER0001", Level.ERROR, MessageClass.OBJECT, Origin("a.yaml"), "it is wrong"),
    (SetName("shop"),),
    "it is wrong",
)


def test_a_finding_of_some_clusters_names_them() -> None:
    """By name; one of all clusters that could have it names none."""
    assert fold(FOUND, [WEST, EAST], 3).message.text == "in clusters `east`, `west`, it is wrong"
    assert fold(FOUND, [WEST], 2).message.text == "in cluster `west`, it is wrong"
    assert fold(FOUND, [WEST, EAST], 2).message == FOUND.message
    assert fold(FOUND, [WEST, EAST], 2).clusters == (EAST, WEST)
    assert fold(FOUND, [EAST], 2).gist == FOUND.gist
