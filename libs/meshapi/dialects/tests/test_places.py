"""A converted object's parts stand where the old objects' parts do."""

from libs.kernel.origins import Origin
from libs.meshapi.dialects.places import ConvertedPlaces
from libs.meshapi.parse import parse_file

TEXT = b"""kind: ConfigMap
apiVersion: v1
metadata: {name: one}
data:
  first: a
  second: b
"""


def test_a_part_is_looked_for_below_its_old_path() -> None:
    """The longest known path decides; everything else stands where the whole does."""
    (one,) = parse_file("a.yaml", TEXT).objects
    places = ConvertedPlaces(one.positions, {("spec", "http", 1): (one.positions, ("data",))})
    assert places.at(("spec", "http", 1, "second")) == Origin("a.yaml", 6, 11)
    assert places.key_at(("spec", "http", 1, "second")) == Origin("a.yaml", 6, 3)
    assert places.at(("spec", "http", 1, "unknown")) == Origin("a.yaml", 4, 1)
    assert places.at(("spec", "http", 0)) == places.at() == one.positions.at()
