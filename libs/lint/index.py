"""What checks can ask a cluster for. Each answer is a fact: it says what a finding depends on."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Generic, TypeVar

from libs.meshapi.meshobject import MeshObject

Kind = TypeVar("Kind", bound=MeshObject)


@dataclass(frozen=True, slots=True, eq=False)
class Index(Generic[Kind]):
    """Objects of one kind by keys that follow from the object and the mesh's domain alone.

    Made once in a module, never in a function: an index is known by its identity. `MeshObject`
    as the kind means every object.
    """

    kind: type[Kind]
    keys: Callable[[Kind, str], Iterable[Hashable]]


@dataclass(frozen=True, slots=True)
class KeysOf:
    """The fact of which keys an index has, whatever the objects under them say by now."""

    index: Index[Any]


@dataclass(frozen=True, slots=True)
class HasKey:
    """The fact of whether an index has an object under a key, whatever the object says."""

    index: Index[Any]


@dataclass(frozen=True, slots=True)
class Circumstance:
    """The fact of what a cluster is beside its objects, by name."""

    name: str


Source = Index[Any] | HasKey | KeysOf | Circumstance
Fact = tuple[Source, Hashable]
"""A question that a check put to a cluster."""

COMPLETE = Circumstance("complete")
"""Whether what the repository does not say does not exist."""


@cache
def every(kind: type[Kind]) -> Index[Kind]:
    """Return the index of all objects of a kind, under the key None."""
    return Index(kind, _all_under_none)


def _all_under_none(_obj: MeshObject, _domain: str) -> tuple[None]:
    return (None,)
