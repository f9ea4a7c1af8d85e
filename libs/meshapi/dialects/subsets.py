"""Labels of old routes and policies as subsets: one name for one set of labels of one host."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.meshapi.rules.names import LABEL_CHARACTERS_MAX

Labels = tuple[tuple[str, str], ...]
_DIGEST_HEX_DIGITS = 8


def labels_of(labels: Mapping[str, str]) -> Labels:
    """Return labels as a value that can be compared and sorted."""
    return tuple(sorted(labels.items()))


@dataclass(slots=True)
class SubsetNames:
    """Names for the sets of labels of each host, and which of them were asked for."""

    by_host: Mapping[str, Mapping[Labels, str]]
    used: dict[str, dict[Labels, str]] = field(default_factory=dict)

    def name(self, host: str, labels: Mapping[str, str]) -> str:
        """Return the subset of these labels; none is needed where there are no labels."""
        if not labels:
            return ""
        key = labels_of(labels)
        return self.used.setdefault(host, {}).setdefault(key, self.by_host[host][key])


def subset_names(wanted: Iterable[tuple[str, Mapping[str, str]]]) -> SubsetNames:
    """Name the sets of labels of each host `key-value`, joined by `-`.

    Where two sets would have one name, or it would be too long, a digest of the labels is added.
    """
    by_host: dict[str, set[Labels]] = {}
    for host, labels in wanted:
        if labels:
            by_host.setdefault(host, set()).add(labels_of(labels))
    return SubsetNames({host: _named(found) for host, found in by_host.items()})


def _named(sets: set[Labels]) -> dict[Labels, str]:
    plain = {labels: _plain(labels) for labels in sets}
    names = list(plain.values())
    return {
        labels: name
        if names.count(name) == 1 and len(name) <= LABEL_CHARACTERS_MAX
        else _distinct(name, labels)
        for labels, name in plain.items()
    }


def _plain(labels: Labels) -> str:
    joined = "-".join(f"{key}-{value}" for key, value in labels)
    text = "".join(char if char.isascii() and char.isalnum() else "-" for char in joined)
    return text.strip("-") or "none"


def _distinct(name: str, labels: Labels) -> str:
    digest = hashlib.sha256(repr(labels).encode()).hexdigest()[:_DIGEST_HEX_DIGITS]
    return f"{name[: LABEL_CHARACTERS_MAX - _DIGEST_HEX_DIGITS - 1].strip('-')}-{digest}"
