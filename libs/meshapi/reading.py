"""From one plain value to one object: identity, preparation, model, rules, what has no effect."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, TypeGuard

from pydantic import ValidationError

from libs.kernel.messages import Level
from libs.kernel.origins import ObjectKey
from libs.meshapi import codes, kinds
from libs.meshapi.dialects.kinds import old_model
from libs.meshapi.dialects.oldest import as_object
from libs.meshapi.dialects.workloads import respelt
from libs.meshapi.effects import KINDS_WITHOUT_EFFECT, fields_without_effect
from libs.meshapi.meshobject import DEFAULT_NAMESPACE, MeshObject
from libs.meshapi.metadata import SERVER_FIELDS
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.opaque import is_namespaced as is_opaque_namespaced
from libs.meshapi.positions import Written
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.rules.names import NAME_CHARACTERS_MAX
from libs.meshapi.rules.table import problems_in
from libs.meshapi.schemaerrors import empty_value, problems_of

_TOP = frozenset({"apiVersion", "kind", "metadata"})
_NULL_IS_ABSENT = frozenset({"", "apps", "discovery.k8s.io"})
_NULL_IS_FINE = frozenset({"metadata", "status"})


@dataclass(frozen=True, slots=True)
class Reading:
    """One object as far as it could be read. `object` is None when there is an error.

    `content` is what the model was given: without what a server owns and what is empty.
    """

    key: ObjectKey | None
    object: MeshObject | None
    problems: tuple[Problem, ...]
    content: Any = None


@dataclass(frozen=True, slots=True)
class Document:
    """What is known of the document that an object stands in.

    `has_nulls` when some value in it is there and empty; at most `problems_max` problems of one
    object are worth a sentence. `judge` off reads shape alone, as of what was accepted before.
    """

    tree: Written
    has_nulls: bool
    problems_max: int
    judge: bool = True


def read_object(raw: Any, prefix: Path, document: Document) -> Reading:
    """Read the object that `raw` is, at `prefix` of its document."""
    raw, respellings = respelt(as_object(raw))
    fault = identity_fault(raw)
    if fault is not None:
        return Reading(key_of(raw), None, (fault,))
    model = kinds.BY_KIND.get((group_of(raw), raw["kind"])) or old_model(raw) or OpaqueObject
    nulls = _refused_nulls(raw, model, document)
    prepared = _prepare(raw, model)
    if document.has_nulls and model is not OpaqueObject:
        prepared = _without_nulls(prepared)
    try:
        obj = model.model_validate(prepared, by_alias=True, by_name=False)
    except ValidationError as error:
        empty = {problem.path for problem in nulls}
        refusals = islice(problems_of(error, model, document.tree, prefix), document.problems_max)
        return Reading(
            key_of(raw), None, (*nulls, *(one for one in refusals if one.path not in empty))
        )
    found = chain(problems_in(obj), _without_effect(obj)) if document.judge else iter(())
    judged = islice(chain(respellings, found), document.problems_max)
    problems = (*nulls, *judged)
    refused = any(problem.level is Level.ERROR for problem in problems)
    return Reading(key_of(raw), None if refused else obj, problems, prepared)


def key_of(raw: Any) -> ObjectKey | None:
    """Return the identity of what may be an object, for messages; None when it has none."""
    if not isinstance(raw, dict) or not isinstance(raw.get("metadata"), dict):
        return None
    kind, name = raw.get("kind"), raw["metadata"].get("name")
    namespace = raw["metadata"].get("namespace") or DEFAULT_NAMESPACE
    if not (_may_be_shown(kind) and _may_be_shown(name) and _may_be_shown(namespace)):
        return None
    group = group_of(raw)
    return ObjectKey(group, kind, namespace if is_namespaced(group, kind) else "", name)


def _may_be_shown(name: Any) -> TypeGuard[str]:
    return isinstance(name, str) and 0 < len(name) <= NAME_CHARACTERS_MAX and name.isprintable()


def group_of(raw: Mapping[str, Any]) -> str:
    """Return the API group that an object says it is of; empty for the core group."""
    api_version = raw.get("apiVersion")
    return api_version.rpartition("/")[0] if isinstance(api_version, str) else ""


def is_namespaced(group: str, kind: str) -> bool:
    """Say whether a kind lives in namespaces, as far as that is known."""
    model = kinds.BY_KIND.get((group, kind))
    return model.NAMESPACED if model is not None else is_opaque_namespaced(group, kind)


def identity_fault(raw: Any) -> Problem | None:
    """Say what is missing for a value to be an object of a kind, with a name; None for nothing."""
    if not isinstance(raw, dict):
        text = "this is no object; write a mapping with `apiVersion`, `kind` and `metadata`"
        return Problem((), text, code=codes.NO_OBJECT)
    for name in ("apiVersion", "kind"):
        if not isinstance(raw.get(name), str) or not raw[name]:
            hint = "for example `apiVersion: networking.istio.io/v1`, `kind: VirtualService`"
            text = f"`{name}` is missing or no text; write it, {hint}"
            return Problem((name,), text, code=codes.NO_OBJECT)
    fault = kinds.kind_fault(raw["apiVersion"], raw["kind"])
    if fault is not None:
        field, text = fault
        return Problem((field,), text, code=codes.UNKNOWN_KIND)
    return _name_fault(raw.get("metadata"))


def _name_fault(metadata: Any) -> Problem | None:
    if isinstance(metadata, dict) and metadata.get("name") is None:
        text = "`metadata.name` is missing; write it"
        if "generateName" in metadata:
            text += ", because `generateName` gives another name each time"
        return Problem(("metadata",), text, at_key=True, code=codes.METADATA)
    return None


def _refused_nulls(
    raw: dict[str, Any], model: type[MeshObject], document: Document
) -> tuple[Problem, ...]:
    """Find values that are there and empty, where that says nothing."""
    if not document.has_nulls or model is OpaqueObject or model.GROUP in _NULL_IS_ABSENT:
        return ()
    content = {key: value for key, value in raw.items() if key not in _NULL_IS_FINE}
    paths = islice(_nulls(content, ()), document.problems_max)
    return tuple(Problem(path, empty_value(path), at_key=True) for path in paths)


def _prepare(raw: dict[str, Any], model: type[MeshObject]) -> dict[str, Any]:
    """Drop what a server owns and no field reads, and what is empty; fill the namespace."""
    kept = "status" in model.model_fields
    top = {key: value for key, value in raw.items() if kept or key != "status"}
    if isinstance(raw.get("metadata"), dict):
        top["metadata"] = _metadata(raw)
    if model is not OpaqueObject:
        return top
    head = {key: value for key, value in top.items() if key in _TOP}
    head["content"] = {key: value for key, value in top.items() if key not in _TOP}
    return head


def _metadata(raw: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {
        key: value
        for key, value in raw["metadata"].items()
        if key not in SERVER_FIELDS and value is not None
    }
    if not metadata.get("namespace") and is_namespaced(group_of(raw), raw["kind"]):
        metadata["namespace"] = DEFAULT_NAMESPACE
    return metadata


def _without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nulls(one) for key, one in value.items() if one is not None}
    if isinstance(value, tuple):
        return tuple(_without_nulls(one) for one in value)
    return value


def _nulls(value: Any, path: Path) -> Iterator[Path]:
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, one in value.items():
            yield from _nulls(one, (*path, key))
    elif isinstance(value, tuple):
        for index, one in enumerate(value):
            yield from _nulls(one, (*path, index))


def _without_effect(obj: MeshObject) -> Iterator[Problem]:
    if isinstance(obj, OpaqueObject) or type(obj) in KINDS_WITHOUT_EFFECT:
        text = f"kind {quoted(obj.kind)} is kept and has no effect on the mesh yet"
        yield Problem(("kind",), text, code=codes.KIND_WITHOUT_EFFECT, level=Level.WARNING)
    code, level = codes.FIELD_WITHOUT_EFFECT, Level.WARNING
    for one in fields_without_effect(obj):
        yield Problem(one.path, one.text, at_key=True, code=code, level=level)
