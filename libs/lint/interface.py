"""What a check is: one for objects of a kind, one for a whole cluster, or one across clusters.

Prefer the first kind with `ClusterView.find`: it runs again only for objects that changed, and for
those whose questions have another answer now.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from libs.desired.finding import Finding
from libs.lint.clusterview import ClusterView
from libs.lint.subject import Subject
from libs.lint.wholefleet import WholeFleet
from libs.meshapi.meshobject import MeshObject

Kind = TypeVar("Kind", bound=MeshObject)

Check = Callable[[ClusterView], Iterable[Finding]]
"""Looks at a whole cluster. It runs again when anything that it asked for changed."""


@dataclass(frozen=True, slots=True, eq=False)
class ObjectCheck:
    """Looks at every object of a kind in every cluster. Its findings are about that object."""

    kind: type[MeshObject]
    run: Callable[[ClusterView, Subject[Any]], Iterable[Finding]]


@dataclass(frozen=True, slots=True, eq=False)
class FleetCheck:
    """Looks at every object of a kind once, with the whole fleet at hand.

    Its findings are about that object, and say themselves which clusters they mean.
    """

    kind: type[MeshObject]
    run: Callable[[WholeFleet, Subject[Any]], Iterable[Finding]]


def each(
    kind: type[Kind], run: Callable[[ClusterView, Subject[Kind]], Iterable[Finding]]
) -> ObjectCheck:
    """Return a check of every object of a kind."""
    return ObjectCheck(kind, run)


def across(
    kind: type[Kind], run: Callable[[WholeFleet, Subject[Kind]], Iterable[Finding]]
) -> FleetCheck:
    """Return a check of every object of a kind across clusters."""
    return FleetCheck(kind, run)
