"""Which namespaces see an object: its `exportTo`, else what the mesh says."""

from collections.abc import Iterable

EVERYWHERE = "*"
NOWHERE = "~"
OWN_NAMESPACE = "."
TO_EVERYBODY = frozenset({EVERYWHERE})


def exported(written: Iterable[str], namespace: str, default: Iterable[str] = ()) -> frozenset[str]:
    """Return complete namespaces. Nothing written means the mesh's default, and that everybody."""
    named = tuple(written) or tuple(default)
    completed = {namespace if one == OWN_NAMESPACE else one for one in named}
    return frozenset(completed) or TO_EVERYBODY


def sees(exported_to: frozenset[str], namespace: str) -> bool:
    """Say whether `namespace` is one of those that an object is exported to."""
    return EVERYWHERE in exported_to or namespace in exported_to
