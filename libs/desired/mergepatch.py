"""JSON merge patch (RFC 7386): mappings are merged, null removes, everything else replaces."""

from libs.desired.sourced import Source, Sourced, plain


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
            if old is None or not says_the_same(old, one):
                result = result.with_child(key, merged(old or _nothing(one), one))
    return result


def says_the_same(old: Sourced, new: Sourced) -> bool:
    """Say whether a patch writes what is there: then the part stays its first writer's."""
    one, other = plain(old), plain(new)
    return type(one) is type(other) and bool(one == other)


def _nothing(patch: Sourced) -> Sourced:
    return Sourced(None, Source(patch.source.layer, patch.source.path))
