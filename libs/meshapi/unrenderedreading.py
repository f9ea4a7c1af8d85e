"""From one plain value to a template or a patch: whom it names, what it uses, what is wrong."""

from collections.abc import Iterator
from typing import Any, get_args

from libs.meshapi import kinds
from libs.meshapi.dialects.kinds import old_model
from libs.meshapi.metadata import Metadata
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import path_text, quoted
from libs.meshapi.reading import (
    Document,
    Reading,
    group_of,
    identity_fault,
    is_namespaced,
    key_of,
    read_object,
)
from libs.meshapi.rollout import GROUP
from libs.meshapi.schema import suggestion
from libs.meshapi.unrendered import (
    OPERATIONS,
    WAY_ANNOTATION,
    Patch,
    Template,
    Unrendered,
    Way,
    path_of,
    pointer_of,
)
from libs.meshapi.variables import MARK, Use, parts_of

_IDENTITY: tuple[Path, ...] = (
    ("apiVersion",),
    ("kind",),
    ("metadata", "name"),
    ("metadata", "namespace"),
)
_WAYS: tuple[str, ...] = get_args(Way)
_OPERATIONS = ("add", "remove", "replace", "move", "copy", "test")
_WITH_VALUE = frozenset({"add", "replace", "test"})
_WITH_FROM = frozenset({"move", "copy"})
_DIRECTIVE = "$patch"


def read_with_variables(raw: Any, prefix: Path, document: Document) -> Reading:
    """Read an object of a text in which there may be variables."""
    return read_template(raw, prefix, document) or read_object(raw, prefix, document)


def read_template(raw: Any, prefix: Path, document: Document) -> Reading | None:
    """Read an object that uses variables; None for one that does not, or is no object at all."""
    if not isinstance(raw, dict) or not any(MARK in text for _, text in _texts(raw, ())):
        return None
    if group_of(raw) == GROUP or identity_fault(raw) is not None or key_of(raw) is None:
        return None
    problems = [*_identity_variables(raw), *_variable_problems(raw)]
    if old_model(raw) is not None:
        text = "an object of an old dialect cannot use variables; write it as one of today first"
        problems.append(Problem(("kind",), text))
    return _reading(Template, raw, raw, problems, _whole(raw, prefix, document))


def read_patch(raw: Any, prefix: Path, document: Document) -> Reading:
    """Read a document of an overlay: the object that it names, and the change."""
    fault = identity_fault(raw)
    if fault is not None:
        return Reading(key_of(raw), None, (fault,))
    if key_of(raw) is None:
        text = "`metadata.name` is missing or no name; write that of the object to patch"
        return Reading(None, None, (Problem(("metadata", "name"), text),))
    if group_of(raw) == GROUP:
        text = f"a {raw['kind']} is not patched; change its own file"
        return Reading(key_of(raw), None, (Problem(("kind",), text),))
    way = _way(raw)
    if way not in _WAYS:
        text = f"there is no way {quoted(str(way))} to patch; {suggestion(str(way), _WAYS)}"
        problem = Problem(("metadata", "annotations", WAY_ANNOTATION), text)
        return Reading(key_of(raw), None, (problem,))
    content = _change(raw)
    check = {"json": _json_problems, "strategic": _strategic_problems, "merge": _merge_problems}
    problems = [*_identity_variables(raw), *check[way](raw, content), *_variable_problems(content)]
    return _reading(Patch, raw, content, problems, _whole(content, prefix, document), way=way)


def _reading(
    model: type[Unrendered],
    raw: dict[str, Any],
    content: dict[str, Any],
    problems: list[Problem],
    whole: tuple[str, ...],
    **more: Any,
) -> Reading:
    key = key_of(raw)
    if problems or key is None:
        return Reading(key, None, tuple(problems))
    obj = model(
        api_version=raw["apiVersion"],
        kind=raw["kind"],
        metadata=Metadata(
            name=key.name, namespace=key.namespace, annotations=_plain_annotations(content)
        ),
        content=content,
        whole=whole,
        is_namespaced=is_namespaced(key.group, key.kind),
        **more,
    )
    return Reading(key, obj, (), obj.model_dump(mode="json", by_alias=True))


def _plain_annotations(content: dict[str, Any]) -> dict[str, str]:
    """Return the annotations that are the same in every cluster: some are about the object itself.

    Such as what is to be ignored of it.
    """
    metadata = content.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if not isinstance(annotations, dict):
        return {}
    plain = {key: one for key, one in annotations.items() if isinstance(one, str)}
    return {key: one for key, one in plain.items() if MARK not in one}


def _way(raw: dict[str, Any]) -> Any:
    annotations = raw["metadata"].get("annotations")
    return annotations.get(WAY_ANNOTATION, "merge") if isinstance(annotations, dict) else "merge"


def _change(raw: dict[str, Any]) -> dict[str, Any]:
    """Return a patch without what says whom it is for and how it is meant."""
    metadata = {k: v for k, v in raw["metadata"].items() if k not in ("name", "namespace")}
    if isinstance(metadata.get("annotations"), dict):
        kept = {k: v for k, v in metadata["annotations"].items() if k != WAY_ANNOTATION}
        metadata = {k: v for k, v in metadata.items() if k != "annotations"}
        metadata |= {"annotations": kept} if kept else {}
    rest = {k: v for k, v in raw.items() if k not in ("apiVersion", "kind", "metadata")}
    return rest | ({"metadata": metadata} if metadata else {})


def _merge_problems(_: dict[str, Any], content: dict[str, Any]) -> Iterator[Problem]:
    if not content:
        yield Problem((), "the patch changes nothing; write the fields to change")
    if OPERATIONS in content and isinstance(content[OPERATIONS], tuple):
        text = f"a list of operations needs the annotation `{WAY_ANNOTATION}: json`; add it"
        yield Problem((OPERATIONS,), text, at_key=True)
    for path in _directives(content, ()):
        text = f"`$patch` needs the annotation `{WAY_ANNOTATION}: strategic`; add it"
        yield Problem(path, text, at_key=True)


def _strategic_problems(raw: dict[str, Any], content: dict[str, Any]) -> Iterator[Problem]:
    if not content:
        yield Problem((), "the patch changes nothing; write the fields to change")
    if (group_of(raw), raw["kind"]) not in kinds.BY_KIND:
        text = f"the keys of the lists of kind {quoted(raw['kind'])} are not known; "
        text += f"write `{WAY_ANNOTATION}: merge` or `json`"
        yield Problem(("metadata", "annotations", WAY_ANNOTATION), text)
    for path in _directives(content, ()):
        if path == (_DIRECTIVE,):
            text = "a patch does not remove an object; give it a set that this cluster does not get"
            yield Problem(path, text, at_key=True)
        elif path[-1] != _DIRECTIVE:
            text = f"{quoted(str(path[-1]))} is not supported; use `$patch: delete` or `replace`"
            yield Problem(path, text, at_key=True)


def _directives(value: Any, path: Path) -> Iterator[Path]:
    for part, one in _entries(value):
        if isinstance(part, str) and part.startswith("$") and not part.startswith(MARK):
            yield (*path, part)
        yield from _directives(one, (*path, part))


def _json_problems(_: dict[str, Any], content: dict[str, Any]) -> Iterator[Problem]:
    operations = content.get(OPERATIONS)
    if not isinstance(operations, tuple) or not operations:
        text = "a JSON patch has its operations in the list `patch`; write "
        text += "`patch: [{op: replace, path: /spec/..., value: ...}]`"
        yield Problem((OPERATIONS,) if OPERATIONS in content else (), text)
        return
    for name in content:
        if name != OPERATIONS:
            text = f"{quoted(name)} is no part of a JSON patch; remove it"
            yield Problem((name,), text, at_key=True)
    for index, one in enumerate(operations):
        yield from _operation_problems((OPERATIONS, index), one)


def _operation_problems(path: Path, one: Any) -> Iterator[Problem]:
    if not isinstance(one, dict):
        yield Problem(path, "an operation is a mapping with `op`, `path` and mostly `value`")
        return
    name = one.get("op")
    if name not in _OPERATIONS:
        text = f"`op` cannot be {quoted(str(name))}; {suggestion(str(name or ''), _OPERATIONS)}"
        yield Problem((*path, "op"), text)
        return
    wanted = ("op", "path", *(["value"] if name in _WITH_VALUE else []))
    wanted += ("from",) if name in _WITH_FROM else ()
    for field in wanted:
        if field not in one:
            yield Problem(path, f"`{field}` is missing from operation `{name}`; write it")
    for field in one:
        if field not in wanted:
            text = f"{quoted(field)} is no part of operation `{name}`; remove it"
            yield Problem((*path, field), text, at_key=True)
    for field in ("path", "from"):
        if field in one and field in wanted:
            yield from _pointer_problems((*path, field), one[field], changes=_changes(name, field))


def _changes(name: str, field: str) -> bool:
    return name != "test" and not (name == "copy" and field == "from")


def _pointer_problems(path: Path, pointer: Any, *, changes: bool) -> Iterator[Problem]:
    try:
        parts = path_of(pointer) if isinstance(pointer, str) else None
    except ValueError as error:
        yield Problem(path, str(error))
        return
    if parts is None:
        yield Problem(path, "a path is a text such as `/spec/hosts/0`")
    elif MARK in pointer:
        yield Problem(path, "a path cannot use variables; write it out")
    elif changes and any(one[: len(parts)] == parts for one in _IDENTITY):
        text = f"{quoted(pointer)} is who the object is, and a patch does not change that; "
        yield Problem(path, text + "write a new object and remove the old one")


def _identity_variables(raw: dict[str, Any]) -> Iterator[Problem]:
    for path in _IDENTITY:
        value: Any = raw
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        if isinstance(value, str) and MARK in value:
            text = f"`{path_text(path)}` cannot use variables; write it out"
            yield Problem(path, text)


def _variable_problems(value: Any) -> Iterator[Problem]:
    """Find variables where none can be, and what only looks like one."""
    for path, text in _texts(value, ()):
        try:
            parts_of(text)
        except ValueError as error:
            yield Problem(path, str(error))
    for path in _keys(value, ()):
        if MARK in str(path[-1]):
            text = "a key cannot use variables; write it out, or put the variable into the value"
            yield Problem(path, text, at_key=True)


def _whole(value: Any, prefix: Path, document: Document) -> tuple[str, ...]:
    return tuple(
        pointer_of(path)
        for path, text in _texts(value, ())
        if MARK in text and _is_one_use(text) and not document.tree.is_quoted((*prefix, *path))
    )


def _is_one_use(text: str) -> bool:
    try:
        parts = parts_of(text)
    except ValueError:
        return False
    return len(parts) == 1 and isinstance(parts[0], Use)


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    for part, one in _entries(value):
        yield from _texts(one, (*path, part))


def _keys(value: Any, path: Path) -> Iterator[Path]:
    for part, one in _entries(value):
        if isinstance(part, str):
            yield (*path, part)
        yield from _keys(one, (*path, part))


def _entries(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)
