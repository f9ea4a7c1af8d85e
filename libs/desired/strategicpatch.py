"""Strategic merge: as a merge patch, but items of lists that have keys are merged one by one.

`$patch: delete` removes an item or a mapping, `$patch: replace` takes it as the patch has it. An
item `$patch: replace` in a list replaces the whole list. Lists without keys are replaced.
"""

from typing import Any

from libs.desired.jsonpatch import PatchFault
from libs.desired.listkeys import Key, item_at, keys_of
from libs.desired.mergepatch import says_the_same
from libs.desired.sourced import Sourced, plain
from libs.meshapi.base import Model
from libs.meshapi.quoting import quoted
from libs.meshapi.schema import suggestion

_DIRECTIVE = "$patch"
_DIRECTIVES = ("delete", "merge", "replace")
_Names = tuple[Any, ...]


def patched(base: Sourced, patch: Sourced, model: Any) -> Sourced:
    """Return `base`, of a model, as `patch` changes it. Raises `PatchFault`."""
    directive = _directive(patch)
    bare = _without_directive(patch)
    if directive == "replace" or not base.is_map:
        return _made(bare, model)
    result = base
    for key, one in bare.value.items():
        annotation, item = item_at(model, key)
        if one.value is None or (one.is_map and _directive(one) == "delete"):
            if key in result.value:
                result = result.without(key, one.source)
        elif one.is_map:
            old = result.child(key) or Sourced({}, one.source)
            result = result.with_child(key, patched(old, one, annotation))
        elif one.is_list:
            old = result.child(key) or Sourced((), one.source)
            result = result.with_child(key, _list(old, one, item))
        elif (was := result.child(key)) is None or not says_the_same(was, one):
            result = result.with_child(key, one)
    return result


def _made(patch: Sourced, model: Any) -> Sourced:
    """Return a patch as the value itself, with the directives inside carried out on nothing."""
    return patched(Sourced({}, patch.source), patch, model)


def _list(base: Sourced, patch: Sourced, item: type[Model] | None) -> Sourced:
    keys = keys_of(item) if item is not None else ()
    changes = [one for one in patch.value if not _is_replacement(one)]
    if not keys or len(changes) < len(patch.value):
        return Sourced(tuple(_item(one, item) for one in changes), patch.source)
    items: list[Sourced] = list(base.value)
    for change in changes:
        at = _found(items, change, keys)
        directive = _directive(change)
        if at is None and directive == "delete":
            text = f"there is no item {_shown(change, keys)} to delete; correct its key"
            raise PatchFault(change.source.path, text)
        if at is None:
            items.append(_item(change, item))
        elif directive == "delete":
            del items[at]
        else:
            items[at] = patched(items[at], change, item)
    return base.with_items(items)


def _item(one: Sourced, item: type[Model] | None) -> Sourced:
    return _made(_without_directive(one), item) if one.is_map else one


def _is_replacement(one: Sourced) -> bool:
    """Say whether an item only says that the list is replaced."""
    return one.is_map and list(one.value) == [_DIRECTIVE] and _directive(one) == "replace"


def _found(items: list[Sourced], change: Sourced, keys: tuple[Key, ...]) -> int | None:
    """Return the index of the item that a change names; None when there is none yet."""
    key = next((one for one in keys if change.is_map and _names(change, one)), None)
    if key is None:
        wanted = " or ".join(f"`{'`, `'.join(one)}`" for one in keys)
        text = f"an item of this list is named by {wanted}; write it, so that it can be found"
        raise PatchFault(change.source.path, text)
    wanted_names = _names(change, key)
    matching = [at for at, one in enumerate(items) if _names(one, key) == wanted_names]
    if len(matching) > 1:
        text = f"{len(matching)} items are {_shown(change, keys)}; use a JSON patch with an index"
        raise PatchFault(change.source.path, text)
    return matching[0] if matching else None


def _names(one: Sourced, key: Key) -> _Names | None:
    """Return what an item has in the fields of a key; None when it has none of them."""
    found = tuple(_field(one, field) for field in key)
    return found if any(value is not None for value in found) else None


def _field(one: Sourced, dotted: str) -> Any:
    at: Sourced | None = one
    for part in dotted.split("."):
        at = at.child(part) if at is not None and at.is_map else None
    value = None if at is None else plain(at)
    return tuple(sorted(value.items())) if isinstance(value, dict) else value


def _shown(change: Sourced, keys: tuple[Key, ...]) -> str:
    key = next(one for one in keys if _names(change, one))
    named = zip(key, _names(change, key) or (), strict=True)
    return ", ".join(quoted(f"{field}: {value}") for field, value in named if value is not None)


def _directive(node: Sourced) -> str | None:
    found = node.child(_DIRECTIVE) if node.is_map else None
    if found is None:
        return None
    if found.value not in _DIRECTIVES:
        text = f"`$patch` cannot be {quoted(str(found.value))}; "
        raise PatchFault(found.source.path, text + suggestion(str(found.value), _DIRECTIVES))
    return str(found.value)


def _without_directive(node: Sourced) -> Sourced:
    if not node.is_map or _DIRECTIVE not in node.value:
        return node
    rest = {key: one for key, one in node.value.items() if key != _DIRECTIVE}
    return Sourced(rest, node.source)
