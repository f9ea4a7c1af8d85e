"""Manifests, live objects, records and rounds for tests, from a few names."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from libs.kernel.ids import ClusterName, RevisionId, SetName
from libs.kernel.inventory import InventoryRecord, Phase
from libs.kernel.origins import ObjectKey, Origin
from libs.observed.sight import Sight
from libs.planning.manifests import OWNER, Manifest, body_hash
from libs.planning.policy import Policy, SetPolicy
from libs.planning.rounds import Round, fingerprint_of
from libs.ports.kubecluster import LiveObject

SHOP = SetName("shop")
OURS = {"f:data": {"f:value": {}}, "f:metadata": {"f:annotations": {f"f:{OWNER}": {}}}}


def a_key(name: str, kind: str = "ConfigMap", group: str = "") -> ObjectKey:
    """Return the key of an object in `default`, or of one without a namespace."""
    place = "" if kind in {"Namespace", "CustomResourceDefinition"} else "default"
    return ObjectKey(group, kind, place, name)


def a_body(key: ObjectKey, content: Mapping[str, Any], **annotations: str) -> dict[str, Any]:
    """Return an object as JSON."""
    metadata: dict[str, Any] = {"name": key.name, "annotations": annotations}
    if key.namespace:
        metadata["namespace"] = key.namespace
    version = f"{key.group}/v1" if key.group else "v1"
    return {"apiVersion": version, "kind": key.kind, "metadata": metadata, **content}


def a_manifest(
    key: ObjectKey, content: Mapping[str, Any] | None = None, **annotations: str
) -> Manifest:
    """Return what set `shop` wants of an object."""
    body = a_body(key, {"data": {"value": "1"}} if content is None else content, **annotations)
    body["metadata"]["annotations"][OWNER] = "example/shop"
    return Manifest(key, "v1", SHOP, body, body_hash(body), Origin("a.yaml"))


def a_live(
    wanted: Manifest, fields: Iterable[tuple[str, str, Any]] = (), **changes: Any
) -> LiveObject:
    """Return an object as we applied it; `fields` are further managers: name, operation, fields."""
    entries = [
        {"manager": name, "operation": operation, "fieldsV1": owned}
        for name, operation, owned in (("periplus", "Apply", OURS), *fields)
    ]
    metadata = {**wanted.body["metadata"], "managedFields": entries}
    body = {**wanted.body, "metadata": metadata, **changes}
    return LiveObject(wanted.key, f"uid-{wanted.key.name}", "7", 1, body)


def a_record(wanted: Manifest, live: LiveObject | None = None) -> InventoryRecord:
    """Return what the inventory says of an object that we applied."""
    made = InventoryRecord(
        wanted.key, "v1", wanted.set, Phase.APPLIED, wanted.hash, f"uid-{wanted.key.name}", 1, ""
    )
    return made if live is None else replace(made, owned=fingerprint_of(live))


def a_round(
    desired: Iterable[Manifest] = (),
    records: Iterable[InventoryRecord] = (),
    lives: Iterable[LiveObject] = (),
    **more: Any,
) -> Round:
    """Return a look at a cluster that gets set `shop`; `more` replaces parts of it."""
    made = Round(
        ClusterName("one"),
        RevisionId("r1"),
        1,
        {one.key: one for one in desired},
        {one.key: one for one in records},
        Sight({one.key: one for one in lives}),
        a_policy(),
    )
    return replace(made, **more)


def a_policy(**settings: Any) -> Policy:
    """Return the policy of a fleet with one set."""
    return Policy("example", sets={SHOP: replace(SetPolicy(), **settings)})


def settled(*names: str) -> tuple[list[Manifest], list[InventoryRecord], list[LiveObject]]:
    """Return objects that are everywhere as they should be."""
    wanted = [a_manifest(a_key(name)) for name in names]
    lives = [a_live(one) for one in wanted]
    return wanted, [a_record(*each) for each in zip(wanted, lives, strict=True)], lives
