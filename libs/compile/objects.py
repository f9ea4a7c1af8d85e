"""The objects of one cluster by kind, and what a change of them means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar, cast

from libs.kernel.origins import ObjectKey
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.virtualservice import VirtualService
from libs.registry.order import age

_Kind = TypeVar("_Kind", bound=MeshObject)
_SPEC_ONLY = (
    VirtualService,
    DestinationRule,
    Gateway,
    Sidecar,
    PeerAuthentication,
    RequestAuthentication,
)
"""Kinds of whose metadata nothing is read but who they are and how old."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Objects that went and objects that came; one that changed its meaning did both."""

    gone: Mapping[ObjectKey, MeshObject] = field(default_factory=dict)
    new: Mapping[ObjectKey, MeshObject] = field(default_factory=dict)

    def touches(self, kinds: tuple[type[MeshObject], ...]) -> bool:
        """Say whether an object of one of these kinds went or came."""
        return any(isinstance(one, kinds) for one in (*self.gone.values(), *self.new.values()))

    def of(self, kind: type[_Kind]) -> tuple[dict[ObjectKey, _Kind], dict[ObjectKey, _Kind]]:
        """Return what went and what came of one kind."""
        gone, new = (
            {key: one for key, one in side.items() if isinstance(one, kind)}
            for side in (self.gone, self.new)
        )
        return gone, new


@dataclass(frozen=True, slots=True)
class Objects:
    """Every object by its type, then by key. Of two with one key the later counts."""

    by_type: Mapping[type[MeshObject], Mapping[ObjectKey, MeshObject]] = field(default_factory=dict)
    types: Mapping[ObjectKey, type[MeshObject]] = field(default_factory=dict)

    def of(self, kind: type[_Kind]) -> Mapping[ObjectKey, _Kind]:
        """Return the objects of a kind."""
        return cast("Mapping[ObjectKey, _Kind]", self.by_type.get(kind, {}))

    def changed(
        self, removed: Iterable[ObjectKey], added: Iterable[MeshObject]
    ) -> tuple["Objects", Difference]:
        """Return the objects after a change; one that means what it meant is not replaced."""
        gone = {key: one for key in removed if (one := self.find(key)) is not None}
        new: dict[ObjectKey, MeshObject] = {}
        for one in added:
            new[one.key] = one
        for key in list(new):
            former = self.find(key)
            if former is None:
                continue
            if _same_meaning(former, new[key]):
                del new[key]
                gone.pop(key, None)
            else:
                gone[key] = former
        return self._replaced(gone, new), Difference(gone, new)

    def find(self, key: ObjectKey) -> MeshObject | None:
        """Return the object with this key."""
        kind = self.types.get(key)
        return self.by_type[kind].get(key) if kind is not None else None

    def _replaced(
        self, gone: Mapping[ObjectKey, MeshObject], new: Mapping[ObjectKey, MeshObject]
    ) -> "Objects":
        if not gone and not new:
            return self
        touched = {
            kind: dict(self.by_type.get(kind, {}))
            for kind in {type(one) for one in (*gone.values(), *new.values())}
        }
        types = dict(self.types)
        for key, one in gone.items():
            if type(new.get(key)) is not type(one):
                del touched[type(one)][key]
                del types[key]
        for key, one in new.items():
            touched[type(one)][key] = one
            types[key] = type(one)
        return Objects({**self.by_type, **touched}, types)


def _same_meaning(former: MeshObject, other: MeshObject) -> bool:
    """Say whether only labels, annotations and the like differ, where nobody reads them."""
    if former is other:
        return True
    if isinstance(former, _SPEC_ONLY) and isinstance(other, _SPEC_ONLY):
        return age(former) == age(other) and former.spec == other.spec
    return former == other
