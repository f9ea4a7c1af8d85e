"""Rules of names, labels and annotations."""

from collections.abc import Iterator, Mapping

from libs.meshapi import codes
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import PRIORITY_ANNOTATION
from libs.meshapi.problems import Path, Problem
from libs.meshapi.rules import names


def check(obj: MeshObject) -> Iterator[Problem]:
    """Check what Kubernetes would refuse in the metadata of any object."""
    metadata = obj.metadata
    yield from _when(("metadata", "name"), names.name_fault(metadata.name))
    yield from _namespace(obj)
    for key, value in metadata.labels.items():
        yield from _when(("metadata", "labels", key), names.label_key_fault(key))
        yield from _when(("metadata", "labels", key), names.label_value_fault(value))
    yield from _annotations(metadata.annotations)
    if metadata.creation_timestamp is not None and metadata.created_at_s is None:
        text = "`metadata.creationTimestamp` is no time; write one such as `2026-01-31T12:00:00Z`"
        yield _problem(("metadata", "creationTimestamp"), text)


def _namespace(obj: MeshObject) -> Iterator[Problem]:
    path = ("metadata", "namespace")
    if not obj.metadata.namespace:
        return
    if not obj.namespaced:
        yield _problem(path, f"a {obj.kind} lives in no namespace; remove `metadata.namespace`")
    yield from _when(path, names.label_fault(obj.metadata.namespace))


def _annotations(annotations: Mapping[str, str]) -> Iterator[Problem]:
    for key in annotations:
        yield from _when(("metadata", "annotations", key), names.label_key_fault(key))
    priority = annotations.get(PRIORITY_ANNOTATION)
    if priority is not None and not _is_whole(priority):
        text = f'`{PRIORITY_ANNOTATION}` must be a whole number; write one such as `"10"`'
        yield _problem(("metadata", "annotations", PRIORITY_ANNOTATION), text)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 10


def _when(path: Path, fault: str | None) -> Iterator[Problem]:
    if fault is not None:
        yield _problem(path, f"`{'.'.join(str(part) for part in path[:2])}`: {fault}")


def _problem(path: Path, text: str) -> Problem:
    return Problem(path, text, code=codes.METADATA)
