"""Namespaces that are there: objects themselves, or with objects in them."""

from collections.abc import Iterator

from libs.kernel.messages import Level
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.nearness import nearest
from libs.lint.subject import Subject
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace


def _named(obj: MeshObject, _domain: str) -> Iterator[str]:
    if isinstance(obj, Namespace):
        yield obj.metadata.name
    elif obj.namespace:
        yield obj.namespace


_NAMED = Index(MeshObject, _named)
_OBJECTS = Index(Namespace, lambda one, _: (one.metadata.name,))


def missing_namespace(view: ClusterView, name: str) -> str | None:
    """Return what to write instead of an unknown namespace; None when it may well exist."""
    if view.has(_NAMED, name):
        return None
    near = nearest(name, view.keys(_NAMED))
    if near is not None:
        return f"did you mean `{near}`?"
    complete = view.absence() is Level.ERROR
    return "correct the name, or add the namespace" if complete else None


def namespace_object(view: ClusterView, name: str) -> Subject[Namespace] | None:
    """Return the Namespace of a name, if it is an object of the repository."""
    found = view.find(_OBJECTS, name)
    return found[-1] if found else None
