"""Objects and their paths: JSON of a server as `LiveObject`, keys as URLs."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import LiveObject, Resource

DEFAULT_NAMESPACE = "default"


def live_of(resource: Resource, body: Mapping[str, Any]) -> LiveObject:
    """Return an object; what stands in a list does not say its own kind."""
    metadata = body.get("metadata", {})
    namespace = metadata.get("namespace", "") if resource.namespaced else ""
    key = ObjectKey(resource.group, resource.kind, namespace, metadata.get("name", ""))
    return LiveObject(
        key,
        metadata.get("uid", ""),
        metadata.get("resourceVersion", ""),
        metadata.get("generation", 0),
        {"apiVersion": resource.api_version, "kind": resource.kind, **body},
    )


def key_of(resource: Resource, body: Mapping[str, Any]) -> ObjectKey:
    """Return the key of an object that is to be written."""
    metadata = body.get("metadata", {})
    namespace = metadata.get("namespace") or DEFAULT_NAMESPACE
    name = str(metadata.get("name", ""))
    return ObjectKey(resource.group, resource.kind, namespace if resource.namespaced else "", name)


def collection(resource: Resource, namespace: str) -> str:
    """Return the path of all objects of a kind, of one namespace or of all."""
    root = f"/apis/{resource.group}" if resource.group else "/api"
    inside = f"/namespaces/{quote(namespace, safe='')}" if resource.namespaced and namespace else ""
    return f"{root}/{resource.version}{inside}/{resource.path}"


def place(resource: Resource, key: ObjectKey, subresource: str = "") -> str:
    """Return the path of one object, or of a part of it."""
    namespace = key.namespace or DEFAULT_NAMESPACE
    below = f"/{subresource}" if subresource else ""
    return f"{collection(resource, namespace)}/{quote(key.name, safe='')}{below}"
