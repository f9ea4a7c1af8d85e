"""What becomes an object, or part of one, only for a certain cluster: kept as data until then."""

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field

from libs.kernel.origins import ObjectKey
from libs.meshapi.base import FreeForm
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.problems import Path
from libs.meshapi.rollout import GROUP
from libs.meshapi.variables import MARK, Use, parts_of

PATCH_KIND = "Patch"
OVERLAY_ENDINGS = (".patch.yaml", ".patch.yml")
WAY_ANNOTATION = "periplus.io/patch"
OPERATIONS = "patch"
"""Field of a document in which the operations of a JSON patch stand."""

Way = Literal["merge", "strategic", "json"]
"""JSON merge patch (RFC 7386), strategic merge, or JSON patch (RFC 6902)."""


def is_overlay(path: str) -> bool:
    """Say whether the documents of a file are patches, by the file's name."""
    return path.endswith(OVERLAY_ENDINGS)


class Unrendered(MeshObject):
    """Content as it was written, never shown in a representation: it may be a Secret's.

    `metadata` has the identity, and annotations that are the same in every cluster. `whole` lists,
    as JSON pointers, the plain scalars that are one variable and nothing else: those take the type
    that Kubernetes reads from the value.
    """

    content: FreeForm = Field(default_factory=dict, repr=False)
    whole: tuple[str, ...] = ()
    is_namespaced: bool = True

    @property
    def namespaced(self) -> bool:
        """Whether the kind lives in namespaces."""
        return self.is_namespaced

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the variables that it uses, each once, in the order of their use."""
        return tuple(dict.fromkeys(_names(self.content)))

    @property
    def uses_variables(self) -> bool:
        """Whether it may differ from cluster to cluster."""
        return next(_names(self.content), None) is not None

    @property
    def target(self) -> ObjectKey:
        """Identity of the object that this becomes, or becomes a part of."""
        return ObjectKey(self.group, self.kind, self.namespace, self.metadata.name)


class Template(Unrendered):
    """An object with variables."""

    @property
    def key(self) -> ObjectKey:
        """Identity of the object that this becomes."""
        return self.target


class Patch(Unrendered):
    """A change of the object that it names. A JSON patch has its operations in `patch`."""

    way: Way = "merge"

    @property
    def key(self) -> ObjectKey:
        """Identity of the patch; several patches of one object share it."""
        target = self.target
        return ObjectKey(GROUP, PATCH_KIND, target.namespace, f"{target.kind}/{target.name}")


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, str) and MARK in value:
        yield from (one.name for one in parts_of(value) if isinstance(one, Use))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _names(one)
    elif isinstance(value, tuple):
        for one in value:
            yield from _names(one)


def is_patch_key(key: ObjectKey) -> bool:
    """Say whether a key is that of a patch."""
    return (key.group, key.kind) == (GROUP, PATCH_KIND)


def pointer_of(path: Path) -> str:
    """Write a path as a JSON pointer (RFC 6901)."""
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in path)


def path_of(pointer: str) -> tuple[str, ...]:
    """Read a JSON pointer (RFC 6901). Raises `ValueError` with a sentence for what is none."""
    if pointer and not pointer.startswith("/"):
        raise ValueError("a path begins with `/`, such as `/spec/hosts/0`")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:])


STORED_MARK = b'{"$unrendered":'
"""How the stored form begins; no object has such a field."""


def stored_content(one: Unrendered) -> dict[str, Any]:
    """Return the stored form of a template or a patch."""
    content = one.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content |= {"apiVersion": one.api_version, "kind": one.kind}
    return {"$unrendered": {type(one).__name__: content}}


def from_stored_content(body: dict[str, Any]) -> Unrendered:
    """Return what `stored_content` was given. Raises `ValueError` for anything else."""
    ((name, content),) = body["$unrendered"].items()
    content["whole"] = tuple(content.get("whole", ()))
    if name == Patch.__name__:
        return Patch.model_validate(content, by_alias=True, by_name=False)
    if name == Template.__name__:
        return Template.model_validate(content, by_alias=True, by_name=False)
    raise ValueError(f"no stored form is called {name}")
