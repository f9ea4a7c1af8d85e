"""Selectors and labels."""

from libs.registry.labels import wears


def test_every_wanted_label_has_to_be_there() -> None:
    """Other labels do not matter, and nothing wanted is always there."""
    assert wears({"app": "a", "version": "v1"}, {"app": "a"})
    assert not wears({"app": "a"}, {"app": "b"})
    assert not wears({}, {"app": "a"})
    assert wears({"app": "a"}, {})
