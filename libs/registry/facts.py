"""What the registry reads of an object of a running cluster: a heartbeat changes nothing in it."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from libs.meshapi.endpoints import Endpoints
from libs.meshapi.endpointslice import SERVICE_NAME_LABEL, EndpointSlice
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service
from libs.ports.kubecluster import LiveObject, Selection
from libs.registry.pods import REGION, SUBZONE, ZONE

SERVICES = Selection("", "Service")
SLICES = Selection("discovery.k8s.io", "EndpointSlice", version="v1")
ENDPOINTS = Selection("", "Endpoints")
PODS = Selection("", "Pod")
NODES = Selection("", "Node")
NAMESPACES = Selection("", "Namespace")
_NODE_LABELS = (REGION, ZONE, SUBZONE)
_METADATA = ("name", "namespace", "labels", "creationTimestamp")
_EXPORT = "networking.istio.io/exportTo"
_MODELS: Mapping[Selection, type[MeshObject]] = {
    SERVICES: Service,
    SLICES: EndpointSlice,
    ENDPOINTS: Endpoints,
    PODS: Pod,
    NODES: Node,
    NAMESPACES: Namespace,
}


def fact_of(selection: Selection, live: LiveObject) -> MeshObject | None:
    """Return what the registry reads of an object; None for one that nobody could use."""
    body = live.body
    raw: dict[str, Any] = {"apiVersion": body["apiVersion"], "kind": body["kind"]}
    metadata = {name: live.metadata[name] for name in _METADATA if live.metadata.get(name)}
    raw |= _PARTS[selection.kind](body)
    raw["metadata"] = _for_kind(selection, metadata, live.metadata)
    try:
        return _MODELS[selection].model_validate(raw, by_alias=True, by_name=False)
    except ValidationError:
        return None


def _for_kind(
    selection: Selection, metadata: dict[str, Any], live: Mapping[str, Any]
) -> dict[str, Any]:
    labels = metadata.get("labels", {})
    if selection == NODES:
        metadata["labels"] = {name: labels[name] for name in _NODE_LABELS if name in labels}
    exported = (live.get("annotations") or {}).get(_EXPORT)
    if selection == SERVICES and exported:
        metadata["annotations"] = {_EXPORT: exported}
    return metadata


def _chosen(value: Mapping[str, Any] | None, *names: str) -> dict[str, Any]:
    return {name: value[name] for name in names if value and value.get(name) is not None}


def _service(body: Mapping[str, Any]) -> dict[str, Any]:
    spec = body.get("spec") or {}
    kept = _chosen(
        spec,
        "type",
        "clusterIP",
        "clusterIPs",
        "selector",
        "externalName",
        "publishNotReadyAddresses",
        "trafficDistribution",
    )
    ports = [
        _chosen(one, "name", "port", "protocol", "appProtocol", "targetPort")
        for one in spec.get("ports") or ()
    ]
    return {
        "spec": {**kept, "ports": tuple(ports), "clusterIPs": tuple(spec.get("clusterIPs") or ())}
    }


def _slice(body: Mapping[str, Any]) -> dict[str, Any]:
    endpoints = [
        {
            **_chosen(one, "nodeName", "zone", "hostname"),
            "addresses": tuple(one.get("addresses") or ()),
            **({"conditions": found} if (found := _chosen(one.get("conditions"), "ready")) else {}),
            **_target(one),
        }
        for one in body.get("endpoints") or ()
    ]
    ports = [
        _chosen(one, "name", "port", "protocol", "appProtocol") for one in body.get("ports") or ()
    ]
    return {
        "addressType": body.get("addressType"),
        "endpoints": tuple(endpoints),
        "ports": tuple(ports),
    }


def _target(one: Mapping[str, Any]) -> dict[str, Any]:
    found = _chosen(one.get("targetRef"), "kind", "name", "namespace")
    return {"targetRef": found} if found else {}


def _endpoints(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"subsets": tuple(_subset(one) for one in body.get("subsets") or ())}


def _subset(one: Mapping[str, Any]) -> dict[str, Any]:
    def addresses(name: str) -> tuple[dict[str, Any], ...]:
        return tuple(
            {**_chosen(each, "ip", "nodeName"), **_target(each)} for each in one.get(name) or ()
        )

    ports = (_chosen(each, "name", "port", "protocol") for each in one.get("ports") or ())
    return {
        "addresses": addresses("addresses"),
        "notReadyAddresses": addresses("notReadyAddresses"),
        "ports": tuple(ports),
    }


def _pod(body: Mapping[str, Any]) -> dict[str, Any]:
    spec = body.get("spec") or {}
    containers = [
        {
            "name": one["name"],
            "ports": tuple(
                _chosen(each, "containerPort", "name", "protocol")
                for each in one.get("ports") or ()
            ),
        }
        for one in spec.get("containers") or ()
    ]
    kept = _chosen(spec, "serviceAccountName", "nodeName", "hostNetwork")
    return {"spec": {**kept, "containers": tuple(containers)}}


def _nothing(_body: Mapping[str, Any]) -> dict[str, Any]:
    return {}


_PARTS = {
    "Service": _service,
    "EndpointSlice": _slice,
    "Endpoints": _endpoints,
    "Pod": _pod,
    "Node": _nothing,
    "Namespace": _nothing,
}


def slice_of(endpoints: Endpoints) -> EndpointSlice:
    """Return the slice that says what Endpoints say, as servers had them before slices."""
    name, namespace = endpoints.metadata.name, endpoints.namespace
    ports: dict[str, Any] = {}
    members: list[dict[str, Any]] = []
    for subset in endpoints.subsets:
        ports |= {one.name: one for one in subset.ports}
        for ready, listed in ((True, subset.addresses), (False, subset.not_ready_addresses)):
            members += (
                {
                    "addresses": (one.ip,),
                    "conditions": {"ready": ready},
                    "target_ref": one.target_ref,
                }
                for one in listed
            )
    labels = {**endpoints.metadata.labels, SERVICE_NAME_LABEL: name}
    return EndpointSlice.model_validate(
        {
            "metadata": {"name": name, "namespace": namespace, "labels": labels},
            "address_type": "IPv4",
            "endpoints": tuple(members),
            "ports": tuple(
                {"name": one.name, "port": one.port, "protocol": one.protocol}
                for one in ports.values()
            ),
        }
    )
