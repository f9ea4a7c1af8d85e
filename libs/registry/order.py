"""Which object counts as older, where Istio says "oldest first"."""

from libs.meshapi.meshobject import MeshObject

_NEVER_S = float("inf")


def age(obj: MeshObject) -> tuple[float, int, str, str]:
    """Return a sort key: time of creation, then priority (higher first), namespace, name.

    An object without a time of creation comes after those that have one.
    """
    created = obj.metadata.created_at_s
    priority = obj.metadata.priority or 0
    return (
        _NEVER_S if created is None else created,
        -priority,
        obj.namespace,
        obj.metadata.name,
    )
