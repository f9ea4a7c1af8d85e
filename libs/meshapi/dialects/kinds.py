"""Which model reads an old object."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from libs.meshapi.dialects.destinationpolicy import DestinationPolicy
from libs.meshapi.dialects.egressrule import EgressRule
from libs.meshapi.dialects.ingress import GROUPS, Ingress, is_meant_for_istio
from libs.meshapi.dialects.oldest import OldestRouteRule
from libs.meshapi.dialects.quota import LIMIT_KINDS
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.meshobject import MeshObject

MODELS: tuple[type[MeshObject], ...] = (
    DestinationPolicy,
    EgressRule,
    Ingress,
    OldestRouteRule,
    RouteRule,
    *LIMIT_KINDS,
)

_MODELS = frozenset(MODELS)
_BY_KIND: Mapping[tuple[str, str], type[MeshObject]] = MappingProxyType(
    {(model.GROUP, model.model_fields["kind"].default): model for model in MODELS}
)

INTO: Mapping[type[MeshObject], str] = MappingProxyType(
    {
        DestinationPolicy: "a part of a DestinationRule",
        EgressRule: "a ServiceEntry",
        Ingress: "a part of a Gateway, and VirtualServices",
        **dict.fromkeys(LIMIT_KINDS, "a part of a RateLimit"),
        OldestRouteRule: "a rule of a VirtualService",
        RouteRule: "a rule of a VirtualService",
    }
)
"""What objects of a kind become; nothing of the others is left."""


def old_model(raw: Mapping[str, Any]) -> type[MeshObject] | None:
    """Return the model of an object with `apiVersion` and `kind`; None when it is of no old kind.

    An Ingress that does not ask for Istio is none of ours.
    """
    group, kind = raw["apiVersion"].rpartition("/")[0], raw["kind"]
    if group in GROUPS and kind == "Ingress":
        return Ingress if is_meant_for_istio(raw) else None
    return _BY_KIND.get((group, kind))


def is_old(model: type[MeshObject]) -> bool:
    """Say whether a model is that of an old kind."""
    return model in _MODELS
