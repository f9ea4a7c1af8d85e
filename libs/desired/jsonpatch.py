"""JSON patch (RFC 6902): operations one after another; all of them, or none.

A field that has a default is there with its default, whether it was written or not, so that an
operation does not depend on how the object is kept.
"""

from typing import Any

from libs.desired.fielddefaults import default_of
from libs.desired.sourced import Path, Source, Sourced, grown, plain, size
from libs.meshapi.base import Model
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.quoting import quoted
from libs.meshapi.schema import suggestion
from libs.meshapi.unrendered import OPERATIONS, path_of, pointer_of

OPERATIONS_MAX = 1_000
"""Operations of one patch."""

_END = "-"


class PatchFault(Exception):  # noqa: N818 - it is what is wrong with a user's patch
    """An operation cannot be carried out; `path` is where in the patch it stands."""

    def __init__(self, path: Path, text: str) -> None:
        """Keep the place and the sentence."""
        super().__init__(text)
        self.path = path
        self.text = text


def patched(base: Sourced, patch: Sourced, model: type[Model] | None, *, hidden: bool) -> Sourced:
    """Return `base` after the operations of `patch`.

    `hidden`: the values may be secret, so no sentence shows them. Raises `PatchFault`.
    """
    operations = patch.value[OPERATIONS].value
    if len(operations) > OPERATIONS_MAX:
        text = f"the patch has {len(operations)} operations; write at most {OPERATIONS_MAX}"
        raise PatchFault((OPERATIONS,), text)
    result = base
    for operation in operations:
        result = _Operation(operation, model, hidden).carried_out(result)
        if operation.value["op"].value == "copy" and size(result) > DEFAULT_LIMITS.nodes_max:
            text = f"with this copy the object has more than {DEFAULT_LIMITS.nodes_max} values"
            raise PatchFault(operation.source.path, f"{text}; copy less")
    return result


class _Operation:
    """One operation; the sentences of its faults name its pointer."""

    def __init__(self, node: Sourced, model: type[Model] | None, hidden: bool) -> None:  # noqa: FBT001
        self._fields: dict[str, Sourced] = node.value
        self._model = model
        self._hidden = hidden
        self._source = node.source

    def carried_out(self, root: Sourced) -> Sourced:
        """Return the value after the operation."""
        match self._fields["op"].value:
            case "add":
                return self._put(root, self._parts("path"), self._fields["value"])
            case "replace":
                return self._replaced(root)
            case "remove":
                return self._removed(root, "path")
            case "move":
                return self._moved(root)
            case "copy":
                return self._put(root, self._parts("path"), self._got(root, "from"))
            case _:
                return self._tested(root)

    def _replaced(self, root: Sourced) -> Sourced:
        parts = self._parts("path")
        self._got(root, "path")
        return self._edit(root, parts, (), "path", self._fields["value"], insert=False)

    def _moved(self, root: Sourced) -> Sourced:
        start, end = self._parts("from"), self._parts("path")
        if end[: len(start)] == start and end != start:
            raise self._fault("path", "a value cannot be moved into itself; write another path")
        moving = self._got(root, "from")
        return self._put(self._removed(root, "from"), end, moving)

    def _tested(self, root: Sourced) -> Sourced:
        found, wanted = plain(self._got(root, "path")), plain(self._fields["value"])
        if not _equal(found, wanted):
            pointer = quoted(self._fields["path"].value)
            is_now = "" if self._hidden else f", it is {quoted(_short(found))}"
            text = f"the test failed: {pointer} is not what the patch expects{is_now}"
            raise self._fault("path", f"{text}; correct the patch for the object as it is now")
        return root

    def _put(self, root: Sourced, parts: tuple[str, ...], value: Sourced) -> Sourced:
        if not parts:
            raise self._fault("path", "the whole object is not replaced; name a field")
        return self._edit(root, parts, (), "path", value, insert=True)

    def _removed(self, root: Sourced, field: str) -> Sourced:
        self._got(root, field)
        return self._edit(root, self._parts(field), (), field, None, insert=False)

    def _got(self, root: Sourced, field: str) -> Sourced:
        found, at = root, ()  # type: tuple[Sourced, Path]
        for part in self._parts(field):
            index = self._index(found, part, field) if found.is_list else part
            step = found.child(index) or self._default((*at, index))
            if step is None:
                raise self._absent(found, part, field)
            found, at = step, (*at, index)
        return found

    def _edit(
        self,
        node: Sourced,
        parts: tuple[str, ...],
        at: Path,
        field: str,
        value: Sourced | None,
        *,
        insert: bool,
    ) -> Sourced:
        """Return `node` with `value` at the end of `parts`, or without what stands there."""
        part, rest = parts[0], parts[1:]
        if node.is_list:
            index = self._index(node, part, field, end=insert and not rest)
            items = list(node.value)
            if rest:
                items[index] = self._edit(
                    items[index], rest, (*at, index), field, value, insert=insert
                )
            elif value is None:
                del items[index]
            else:
                items[index : index + (not insert)] = [value]
            return node.with_items(items)
        if not node.is_map:
            raise self._absent(node, part, field)
        if rest:
            inner = node.child(part) or self._default((*at, part))
            if inner is None:
                raise self._absent(node, part, field)
            edited = self._edit(inner, rest, (*at, part), field, value, insert=insert)
            return node.with_child(part, edited)
        return node.without(part, self._source) if value is None else node.with_child(part, value)

    def _index(self, node: Sourced, part: str, field: str, *, end: bool = False) -> int:
        size = len(node.value)
        if end and part == _END:
            return size
        plain_number = part.isdecimal() and part.isascii() and (part == "0" or part[0] != "0")
        if not plain_number or int(part) >= size + end:
            place = quoted(self._fields[field].value)
            text = f"{place}: there is no item `{part}` in this list of {size}; "
            many = f"write an index below {size}" if size else "the list is empty"
            raise self._fault(field, text + (many + (" or `-`" if end else "")))
        return int(part)

    def _default(self, path: Path) -> Sourced | None:
        """Return a field that has a default and was not written."""
        found = default_of(self._model, path)
        return None if found is None else grown(found, Source(0, path))

    def _absent(self, node: Sourced, part: str, field: str) -> PatchFault:
        place = quoted(self._fields[field].value)
        if not (node.is_map or node.is_list):
            return self._fault(field, f"{place}: above `{part}` is no mapping; correct the path")
        hint = suggestion(part, tuple(node.value) if node.is_map else ())
        advice = "use `add` to make it" if hint == "remove it" else hint
        return self._fault(field, f"{place} is not there; {advice}")

    def _fault(self, field: str, text: str) -> PatchFault:
        return PatchFault(self._fields[field].source.path, text)

    def _parts(self, field: str) -> tuple[str, ...]:
        try:
            return path_of(self._fields[field].value)
        except (ValueError, AttributeError) as error:
            text = f"{pointer_of(self._source.path)}: {error}"
            raise self._fault(field, text) from error


def _equal(one: Any, other: Any) -> bool:
    """Compare as JSON does: numbers by value, booleans never equal numbers."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_equal(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(_equal, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else "a list or a mapping"
