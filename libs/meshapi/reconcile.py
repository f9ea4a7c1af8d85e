"""How a set is kept as it should be in clusters with an API server."""

from typing import Annotated

from pydantic import Field

from libs.meshapi.base import Count, Model, Percent
from libs.meshapi.patterns import POINTER
from libs.meshapi.texts import NonEmpty, NonEmptyTexts

Pointer = Annotated[str, Field(pattern=POINTER, max_length=512)]
"""A JSON pointer in which `*` means every item of a list, such as `/spec/http/*/timeout`."""


class IgnoredFields(Model):
    """Fields that somebody else may set: what the cluster has stays, whatever git says.

    An object is meant by one of `objects` such as `VirtualService shop/*`; where they are absent,
    every object is.
    """

    fields: Annotated[tuple[Pointer, ...], Field(min_length=1)]
    objects: NonEmptyTexts = ()


class ReconcileSettings(Model):
    """What may be done to the objects of a set.

    `heal` off reports what others changed and leaves it; `prune` off leaves objects that git has
    no more; `suspend` leaves everything. `adopt_from` names tools whose objects are taken over:
    kubectl, argocd, flux, helm, or a field manager. `weights_of` are VirtualServices such as
    `shop/cart` whose weights another controller sets. More deletions in one plan than
    `max_deletions`, or than `max_deletions_percent` of the set, wait for a confirmation.
    """

    suspend: bool = False
    heal: bool = True
    prune: bool = True
    adopt_from: NonEmptyTexts = ()
    ignore: tuple[IgnoredFields, ...] = ()
    weights_of: tuple[NonEmpty, ...] = ()
    max_deletions: Count = 20
    max_deletions_percent: Percent = 50
