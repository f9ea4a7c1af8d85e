"""Where objects are exported to: namespaces that are there.

Kiali calls an unknown one an error. Nobody is hurt by it, and a namespace may be made elsewhere, so
it is a warning here, and in a cluster that has more than the repository says only a near miss.
"""

from collections.abc import Iterator
from typing import Any

from libs.desired.finding import Finding
from libs.lint import kialirules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.namespaces import missing_namespace
from libs.lint.subject import Subject, report
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.virtualservice import VirtualService

_KINDS: tuple[type[MeshObject], ...] = (VirtualService, DestinationRule, ServiceEntry)
_MARKS = frozenset({"*", ".", "~"})


def check(view: ClusterView, one: Subject[Any]) -> Iterator[Finding]:
    """Find namespaces in `exportTo` that nothing is in."""
    for index, name in enumerate(one.object.spec.export_to):
        hint = missing_namespace(view, name) if name not in _MARKS else None
        if hint is not None:
            text = f"there is no namespace `{name}`, so nobody there sees this; {hint}"
            path = ("spec", "exportTo", index)
            yield report(kialirules.EXPORT_TO_NOWHERE, one, path, text)


CHECKS = tuple(each(kind, check) for kind in _KINDS)
