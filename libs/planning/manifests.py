"""The objects that a cluster should have, in the form in which they are applied."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from libs.desired.select import PlacedObject
from libs.kernel.ids import ObjectHash, SetName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.dump import plain
from libs.meshapi.fleet import GROUP
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.observed.sight import Kind, kind_of
from libs.planning.redaction import is_secret
from libs.ports.kubecluster import Body

OWNER = "periplus.io/owner"
"""Annotation of every object that we apply: `FLEET/SET`. What git says there is overwritten."""

WAVE = "periplus.io/wave"
PRUNE = "periplus.io/prune"
RECREATE = "periplus.io/recreate"
ADOPT = "periplus.io/adopt"
"""Annotations that people write: a whole number, `disabled`, `allowed`, and `true`."""

_CRD = ("apiextensions.k8s.io", "CustomResourceDefinition")
_HEX_DIGITS = 32


@dataclass(frozen=True, slots=True)
class Manifest:
    """One object as it is applied. `hash` is that of `body`."""

    key: ObjectKey
    version: str
    set: SetName
    body: Body
    hash: ObjectHash
    origin: Origin

    @property
    def annotations(self) -> Mapping[str, str]:
        """Annotations as they are applied."""
        found: Mapping[str, str] = self.body["metadata"].get("annotations", {})
        return found

    @property
    def wave(self) -> int:
        """The number in its wave annotation; 0 where there is none, or no number."""
        return wave_of(self.body)


def wave_of(body: Body) -> int:
    """Return the wave that an object's annotation says; 0 where it says none."""
    written = (body.get("metadata", {}).get("annotations") or {}).get(WAVE, "")
    try:
        return int(written)
    except ValueError:
        return 0


def owner(fleet: str, set_name: SetName) -> str:
    """Return what stands in the annotation of objects of a set."""
    return f"{fleet}/{set_name}"


def manifests(
    placed: Iterable[PlacedObject[ParsedObject]],
    fleet: str,
    cluster_scoped: Iterable[Kind] = (),
) -> tuple[Manifest, ...]:
    """Return what is applied of a cluster's objects, by key.

    Kinds of our own stay in git. `cluster_scoped` are kinds that the server says live in no
    namespace; a definition among the objects says it as well.
    """
    found = [(one.item, one.set) for one in placed if one.item.object.group != GROUP]
    scoped = {*cluster_scoped, *_defined(item.object for item, _ in found)}
    made = (manifest(item.object, item.origin, (fleet, name), scoped) for item, name in found)
    return tuple(sorted(made, key=lambda one: one.key))


def manifest(
    obj: MeshObject, origin: Origin, owned_by: tuple[str, SetName], scoped: set[Kind]
) -> Manifest:
    """Return one object as it is applied for a fleet and a set."""
    body = plain(obj)
    body.pop("status", None)  # a server's own, also where a mesh reads it
    key = obj.key
    if is_secret(key):
        _keep_as_data(body)
    metadata = {**body["metadata"]}
    metadata.pop("creationTimestamp", None)
    metadata.pop("namespace", None)
    if kind_of(key) in scoped:
        key = ObjectKey(key.group, key.kind, "", key.name)
    if key.namespace:
        metadata["namespace"] = key.namespace
    annotations = metadata.get("annotations", {})
    metadata["annotations"] = {**annotations, OWNER: owner(*owned_by)}
    body["metadata"] = metadata
    version = obj.api_version.rpartition("/")[2]
    return Manifest(key, version, owned_by[1], body, body_hash(body), origin)


def _keep_as_data(body: dict[str, Any]) -> None:
    """Write texts of a Secret as the server keeps them: otherwise nobody owns what became of them.

    Whoever then changed the data would not be noticed.
    """
    texts = body.pop("stringData", None) or {}
    encoded = {name: base64.b64encode(text.encode()).decode() for name, text in texts.items()}
    if encoded:
        body["data"] = {**(body.get("data") or {}), **encoded}


def body_hash(body: Body) -> ObjectHash:
    """Return the hash of an object as it is applied, whatever the order of its fields."""
    data = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    return ObjectHash(hashlib.sha256(data).hexdigest()[:_HEX_DIGITS])


def _defined(objects: Iterable[MeshObject]) -> Iterator[Kind]:
    """Yield the kinds without namespaces that definitions among the objects make."""
    for obj in objects:
        if (obj.group, obj.kind) == _CRD:
            spec: Any = getattr(obj, "spec", None) or {}
            if spec.get("scope") == "Cluster":
                yield spec.get("group", ""), spec.get("names", {}).get("kind", "")
