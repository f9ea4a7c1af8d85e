"""Drift as a patch for git: what a cluster has becomes what it should have."""

from collections.abc import Iterable, Mapping
from typing import Any

from libs.kernel.origins import ObjectKey
from libs.planning.applying import Drift
from libs.planning.manifests import OWNER, Manifest
from libs.planning.redaction import is_secret
from libs.ports.kubecluster import Body, LiveObject

_MISSING = object()


def adopted(
    drifts: Iterable[Drift],
    desired: Mapping[ObjectKey, Manifest],
    lives: Mapping[ObjectKey, LiveObject],
) -> tuple[Body, ...]:
    """Return a merge patch for each changed object, in the order of drifts.

    Lists are whole, as merge patches have them. Deleted objects and Secrets have none: the first
    is a change of a file, the second would put values where everybody reads them.
    """
    found = (
        _patch(desired[drift.key], lives[drift.key])
        for drift in drifts
        if drift.differences and drift.key in lives and not is_secret(drift.key)
    )
    return tuple(patch for patch in found if patch)


def _patch(wanted: Manifest, live: LiveObject) -> dict[str, Any]:
    """Return the fields that git states and the cluster has otherwise."""
    changed = _changed(_stated(wanted.body), live.body)
    if not isinstance(changed, dict):
        return {}
    names = {"name": wanted.key.name}
    if wanted.key.namespace:
        names["namespace"] = wanted.key.namespace
    metadata = {**changed.pop("metadata", {}), **names}
    head = {"apiVersion": wanted.body["apiVersion"], "kind": wanted.body["kind"]}
    return {**head, "metadata": metadata, **changed}


def _stated(body: Body) -> dict[str, Any]:
    """Return what git itself says: our own mark is no part of it."""
    annotations = body["metadata"].get("annotations", {})
    kept = {name: value for name, value in annotations.items() if name != OWNER}
    return {
        **{name: value for name, value in body.items() if name not in {"apiVersion", "kind"}},
        "metadata": {**body["metadata"], "annotations": kept},
    }


def _changed(wanted: Any, live: Any) -> Any:
    """Return what turns `wanted` into `live` where both speak; `_MISSING` where nothing does."""
    if isinstance(wanted, Mapping) and isinstance(live, Mapping):
        parts = {name: _changed(value, live.get(name)) for name, value in wanted.items()}
        return {name: one for name, one in parts.items() if one is not _MISSING} or _MISSING
    if isinstance(wanted, list | tuple) and isinstance(live, list):
        return _MISSING if list(wanted) == live else live
    return _MISSING if wanted == live or (not wanted and live is None) else live
