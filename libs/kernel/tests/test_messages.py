"""A message reads as one line that an editor can jump to."""

from libs.kernel.messages import Level, Message, MessageClass, errors
from libs.kernel.origins import ObjectKey, Origin


def _message(level: Level) -> Message:
    key = ObjectKey("networking.istio.io", "VirtualService", "default", "reviews")
    text = "subset `v4` is not defined; did you mean `v3`?"
    return Message("IST0101", level, MessageClass.REFERENCE, Origin("a.yaml", 3, 7), text, key)


def test_a_message_names_place_level_code_object_and_sentence() -> None:
    """The order is the one that compilers use, so that editors can parse it."""
    assert str(_message(Level.ERROR)) == (
        "a.yaml:3:7: error IST0101: VirtualService default/reviews:"
        " subset `v4` is not defined; did you mean `v3`?"
    )


def test_only_errors_refuse() -> None:
    """Warnings and information never hold a set back."""
    error = _message(Level.ERROR)
    assert errors([_message(Level.WARNING), error, _message(Level.INFO)]) == (error,)


def test_a_cluster_scoped_object_is_named_without_a_namespace() -> None:
    """A Cluster has no namespace to show."""
    assert str(ObjectKey("periplus.io", "Cluster", "", "east")) == "Cluster east"
