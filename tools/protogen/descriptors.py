"""Reads file descriptors out of a folder of generated modules, without running one of them.

Importing them would shadow packages of this environment and fill its one descriptor pool. Their
text holds the descriptor as one bytes literal, and that is all that is needed.
"""

import ast
import importlib.util
from collections.abc import Iterable, Iterator
from pathlib import Path

from google.protobuf import descriptor_pb2

FileProto = descriptor_pb2.FileDescriptorProto

_DEAD_API = frozenset({"v1", "v2", "v2alpha", "v2alpha1", "v4alpha"})


def read_folder(folder: Path) -> dict[str, FileProto]:
    """Map file name (`envoy/config/core/v3/base.proto`) to descriptor for a folder's modules."""
    found = (serialised_in(path.read_text(encoding="utf-8")) for path in folder.rglob("*_pb2.py"))
    files = (FileProto.FromString(body) for body in found if body is not None)
    return {file.name: file for file in files}


def serialised_in(source: str) -> bytes | None:
    """Give the serialised descriptor that a generated module hands to the pool, or None."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Call(
                func=ast.Attribute(attr="AddSerializedFile"), args=[ast.Constant(value=bytes(body))]
            ):
                return body
    return None


def module_of(name: str) -> str:
    """Give the dotted module that protoc writes for a file."""
    return name.removesuffix(".proto").replace("/", ".").replace("-", "_") + "_pb2"


def in_environment(name: str) -> bool:
    """Tell whether an installed wheel has the module of this file."""
    try:
        return importlib.util.find_spec(module_of(name)) is not None
    except ModuleNotFoundError:
        return False


def is_living(name: str) -> bool:
    """Leave out the retired versions of Envoy's API, unless a living file needs one of them."""
    parts = frozenset(name.split("/"))
    return not name.startswith("envoy/api/") and not (
        name.startswith("envoy/") and parts & _DEAD_API
    )


def closure(files: dict[str, FileProto], roots: Iterable[str]) -> Iterator[FileProto]:
    """Give the roots and all that they import, each after what it needs.

    A file that the folder lacks comes from the environment (Google's well-known types).
    """
    seen: set[str] = set()

    def visit(name: str) -> Iterator[FileProto]:
        if name in seen:
            return
        seen.add(name)
        file = files.get(name) or _installed(name)
        for needed in file.dependency:
            yield from visit(needed)
        yield file

    for root in roots:
        yield from visit(root)


def _installed(name: str) -> FileProto:
    spec = importlib.util.find_spec(module_of(name)) if in_environment(name) else None
    if spec is None or spec.origin is None:
        raise LookupError(f"{name}: no installed package has this file.")
    body = serialised_in(Path(spec.origin).read_text(encoding="utf-8"))
    if body is None:
        raise LookupError(f"{name}: its module holds no descriptor.")
    return FileProto.FromString(body)
