"""JSON merge patch (RFC 7386): mappings are merged, null removes, everything else replaces."""

from libs.desired.sourced import Source, Sourced


def merged(base: Sourced, patch: Sourced) -> Sourced:
    """Return `base` as `patch` changes it."""
    if not patch.is_map:
        return patch
    result = base if base.is_map else Sourced({}, patch.source)
    for key, one in patch.value.items():
        if one.value is None:
            if key in result.value:
                result = result.without(key, one.source)
        else:
            old = result.child(key)
            result = result.with_child(key, merged(old or _nothing(one), one))
    return result


def _nothing(patch: Sourced) -> Sourced:
    return Sourced(None, Source(patch.source.layer, patch.source.path))
