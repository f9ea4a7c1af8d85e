"""What a reader finds who comes late."""

from libs.adapters.kube.mailbox import Mailbox
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Blind, Changed, Gone, Listed, LiveObject, Selection

MAPS, PODS = Selection("", "ConfigMap"), Selection("", "Pod")
KEY = ObjectKey("", "ConfigMap", "n", "m")


def _changed(version: str) -> Changed:
    return Changed(MAPS, LiveObject(KEY, "u", version, 0, {}))


def test_only_the_newest_of_an_object_is_kept() -> None:
    """However long nobody reads, there is one event for each object."""
    box = Mailbox()
    for version in ("1", "2", "3"):
        box.put(_changed(version))
    box.put(Gone(PODS, KEY, "u"))
    assert box.take(0.0) == (_changed("3"), Gone(PODS, KEY, "u"))
    assert box.take(0.0) == ()


def test_a_listing_takes_the_place_of_everything_before_it() -> None:
    """Of its own selection, not of others."""
    box = Mailbox()
    box.put(_changed("1"))
    box.put(Blind(PODS, "away"))
    box.put(Listed(MAPS, ()))
    assert box.take(0.0) == (Blind(PODS, "away"), Listed(MAPS, ()))
