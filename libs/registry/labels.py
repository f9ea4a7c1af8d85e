"""Whether a workload has the labels that a selector names."""

from collections.abc import Mapping


def wears(labels: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Say so by looking up what is wanted only, so that no other label counts."""
    return all(labels.get(key) == value for key, value in wanted.items())
