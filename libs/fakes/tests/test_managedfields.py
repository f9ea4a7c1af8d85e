"""Ownership of fields: what conflicts, and how it is written down."""

from libs.fakes.managedfields import Owned, Owner, conflicts, read, taken, written

MINE, OTHER = Owner("me", "Apply"), Owner("other", "Update")
REPLICAS = ("spec", "replicas")


def test_owners_survive_being_written() -> None:
    """What is written as managedFields reads as the same."""
    owners = {MINE: Owned("v1", frozenset({REPLICAS, ("metadata", "labels", "a.b/c")}))}
    assert read(written(owners, "2026-01-01T00:00:00Z")) == owners


def test_a_mapping_conflicts_with_what_stands_in_its_place() -> None:
    """A field that another manager set to a plain value is not turned into a mapping."""
    owners = {OTHER: Owned("v1", frozenset({("spec",)}))}
    assert conflicts(owners, MINE, {("spec",): 1}, {REPLICAS: 1}) == (("other", ("spec",)),)


def test_equal_values_are_shared() -> None:
    """Nobody loses a field to somebody who wants the same."""
    owners = {OTHER: Owned("v1", frozenset({REPLICAS}))}
    assert conflicts(owners, MINE, {REPLICAS: 1}, {REPLICAS: 1}) == ()
    both = taken(owners, MINE, Owned("v1", frozenset({REPLICAS})), ())
    assert both.keys() == {MINE, OTHER}
