"""Objects of any kind, and their stored form: canonical JSON under a fingerprint of its content."""

import hashlib
from typing import Any

import orjson

from libs.kernel.ids import ObjectHash
from libs.kernel.revisions import StoredObject
from libs.meshapi import kinds
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.unrendered import (
    STORED_MARK,
    Unrendered,
    from_stored_content,
    stored_content,
)

__all__ = ["MeshObject", "from_stored", "to_stored"]

_DOMAIN = b"periplus-object/1\0"
_HASH_HEX_DIGITS = 32


def to_stored(obj: MeshObject) -> StoredObject:
    """Return the canonical form: sorted keys, users' names, nothing that equals its default.

    Equal objects give equal bytes, whatever the order or the comments of their text were.
    """
    if isinstance(obj, Unrendered):
        return _stored(obj, stored_content(obj))
    content = obj.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    content["apiVersion"] = obj.api_version
    content["kind"] = obj.kind
    return _stored(obj, content)


def _stored(obj: MeshObject, content: dict[str, Any]) -> StoredObject:
    body = orjson.dumps(content, option=orjson.OPT_SORT_KEYS)
    digest = hashlib.sha256(_DOMAIN + body).hexdigest()[:_HASH_HEX_DIGITS]
    return StoredObject(ObjectHash(digest), obj.key, body)


def from_stored(stored: StoredObject) -> MeshObject:
    """Return the object that `to_stored` was given.

    Only shape is read again, no rule is judged again. Raises `ValueError` for a body that no
    release of this format wrote.
    """
    if stored.body.startswith(STORED_MARK):
        return from_stored_content(orjson.loads(stored.body))
    model = kinds.BY_KIND.get((stored.key.group, stored.key.kind), OpaqueObject)
    return model.model_validate_json(stored.body, by_name=False)
