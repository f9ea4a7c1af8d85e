"""Names that were probably meant."""

import pytest

from libs.lint.nearness import by_first_label, nearest

MANY = frozenset(f"service-{number:04}" for number in range(5000)) | {"reviews", "ratings"}


@pytest.mark.parametrize("known", [frozenset({"reviews", "ratings"}), MANY], ids=["few", "many"])
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("revievs", "reviews"),
        ("eviews", "reviews"),
        ("Reviews", "reviews"),
        ("reviewss", "reviews"),
        ("rating", "ratings"),
        ("x", None),
        ("catalogue", None),
    ],
)
def test_a_slip_at_any_place_is_seen(
    written: str, meant: str | None, known: frozenset[str]
) -> None:
    """Letters that are missing, added or another, in few names as in many."""
    assert nearest(written, known) == meant


def test_any_collection_of_names_will_do() -> None:
    """The order and the kind of the collection say nothing."""
    assert nearest("bee", ["sea", "bees"]) == nearest("bee", {"bees": 1, "sea": 2}) == "bees"
    assert nearest("a", []) is None


def test_hosts_stand_under_their_first_label() -> None:
    """Each label has its hosts in order."""
    hosts = frozenset({"a.two.example", "a.one.example", "b.example"})
    labels, found = by_first_label(hosts)
    assert labels == {"a", "b"}
    assert found == {"a": ["a.one.example", "a.two.example"], "b": ["b.example"]}
