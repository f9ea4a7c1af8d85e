"""Every set of labels of a host has one name, and no two have the same."""

from hypothesis import given
from hypothesis import strategies as st

from libs.meshapi.dialects.subsets import labels_of, subset_names
from libs.meshapi.rules.names import label_value_fault

LABELS = st.dictionaries(
    st.from_regex(r"[a-z]([a-z./-]{0,20}[a-z])?", fullmatch=True),
    st.from_regex(r"([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?", fullmatch=True),
    min_size=1,
    max_size=3,
)


@given(st.lists(LABELS, max_size=6))
def test_names_are_usable_and_tell_labels_apart(sets: list[dict[str, str]]) -> None:
    """Names fit into a label, equal labels share one, and different labels never do."""
    found = subset_names([("host", labels) for labels in sets])
    names = {labels_of(labels): found.name("host", labels) for labels in sets}
    assert len(set(names.values())) == len(names)
    assert not any(map(label_value_fault, names.values()))


def test_only_what_was_asked_for_counts_as_used() -> None:
    """A set of labels that no route needs in the end makes no subset."""
    found = subset_names([("host", {"version": "v1"}), ("host", {"version": "v2"})])
    assert found.name("host", {"version": "v2"}) == "version-v2"
    assert found.name("host", {}) == ""
    assert found.used == {"host": {(("version", "v2"),): "version-v2"}}
