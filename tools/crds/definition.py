"""CustomResourceDefinitions: names, scope and versions around a schema."""

from typing import Any

from libs.meshapi.kinds import MODELS, VERSIONS
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.observation import Observation
from tools.crds.schema import field_schema

OWN_GROUP = "periplus.io"
_NEVER_APPLIED = (Observation,)
"""Kinds that stand in files alone: what was seen of a cluster is nothing to put there."""

BUILT_IN_GROUPS = frozenset({"", "apps", "discovery.k8s.io"})
"""Groups that every API server has by itself."""

_NOT_OURS = frozenset({"api_version", "kind", "metadata"})
_CATEGORY = {"istio.io": "istio-io", "gateway.networking.k8s.io": "gateway-api"}
_PROTECTED = ".k8s.io"


def defined_kinds(*, own_only: bool = False) -> tuple[type[MeshObject], ...]:
    """Return the kinds that need a definition, all of them or our own."""
    return tuple(
        model
        for model in MODELS
        if model not in _NEVER_APPLIED
        and model.GROUP not in BUILT_IN_GROUPS
        and (not own_only or model.GROUP == OWN_GROUP)
    )


def definition(model: type[MeshObject]) -> dict[str, Any]:
    """Return the CustomResourceDefinition of a kind, served in every version that is read."""
    names = names_of(model.__name__, model.GROUP)
    metadata: dict[str, Any] = {"name": f"{names['plural']}.{model.GROUP}"}
    if model.GROUP.endswith(_PROTECTED):
        metadata["annotations"] = {
            "api-approved.kubernetes.io": "unapproved, written from the models of Periplus"
        }
    schema = _object_schema(model)
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": metadata,
        "spec": {
            "group": model.GROUP,
            "names": names,
            "scope": "Namespaced" if model.NAMESPACED else "Cluster",
            "versions": [
                {
                    "name": version,
                    "served": True,
                    "storage": index == 0,
                    "schema": {"openAPIV3Schema": schema},
                    "subresources": {"status": {}},
                }
                for index, version in enumerate(VERSIONS[model])
            ],
        },
    }


def names_of(kind: str, group: str) -> dict[str, Any]:
    """Return the names under which an API server knows a kind."""
    singular = kind.lower()
    names: dict[str, Any] = {
        "kind": kind,
        "listKind": f"{kind}List",
        "plural": plural(singular),
        "singular": singular,
    }
    categories = [word for suffix, word in _CATEGORY.items() if group.endswith(suffix)]
    return names | ({"categories": categories} if categories else {})


def plural(singular: str) -> str:
    """Return the plural as Kubernetes' own tools form it."""
    if singular.endswith("y") and singular[-2] not in "aeiou":
        return f"{singular[:-1]}ies"
    return singular + ("es" if singular.endswith(("s", "x", "ch", "sh")) else "s")


def _object_schema(model: type[MeshObject]) -> dict[str, Any]:
    own = {name: one for name, one in model.model_fields.items() if name not in _NOT_OURS}
    properties: dict[str, Any] = {
        "apiVersion": {"type": "string"},
        "kind": {"type": "string"},
        "metadata": {"type": "object"},
    }
    properties |= {name: field_schema(one) for name, one in own.items()}
    properties["status"] = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    required = [name for name, one in own.items() if one.is_required()]
    description = (model.__doc__ or "").partition("\n")[0]
    schema = {"type": "object", "description": description, "properties": properties}
    return schema | ({"required": required} if required else {})
