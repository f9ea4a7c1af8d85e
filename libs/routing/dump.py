"""Reads what Envoy's admin page `/config_dump?include_eds` prints, of any control plane.

Extensions that are not known keep their type's name, so that an answer can name them.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import orjson
from google.protobuf import descriptor_pool, json_format
from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2
from protogen.xds.type.v3 import typed_struct_pb2

from libs.routing import chains, filters, manager
from libs.routing.resources import Resources

_OPENED_BY = (chains, filters, manager)
"""Modules that know what is inside an Any: importing them makes those types readable."""
_TYPED_STRUCT = f"type.googleapis.com/{typed_struct_pb2.TypedStruct.DESCRIPTOR.full_name}"
_SECTIONS: Mapping[str, tuple[str, str]] = {
    "static_listeners": ("listener", "listener"),
    "dynamic_listeners": ("active_state", "listener"),
    "static_clusters": ("cluster", "cluster"),
    "dynamic_active_clusters": ("cluster", "cluster"),
    "static_route_configs": ("route_config", "route"),
    "dynamic_route_configs": ("route_config", "route"),
    "static_endpoint_configs": ("endpoint_config", "endpoint"),
    "dynamic_endpoint_configs": ("endpoint_config", "endpoint"),
}
_VIEW = {
    "listeners": ("listener", "name"),
    "routes": ("route", "name"),
    "clusters": ("cluster", "name"),
    "endpoints": ("endpoint", "clusterName"),
}
"""What `periplus compile` prints, and how each kind is named there."""
_TYPE = "@type"
"""Says in JSON what is inside an Any, which every resource of a dump is."""
_Found = dict[str, dict[str, Any]]
_M = TypeVar("_M", bound=Message)


class DumpError(ValueError):
    """Text that is no config dump; it says what to give instead."""


def from_dump(text: bytes | str) -> Resources:
    """Read a config dump. Raises DumpError with a sentence."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DumpError(f"the config dump is no JSON: {error}") from error
    if not isinstance(value, dict) or not isinstance(value.get("configs"), list):
        raise DumpError("no config dump: give the output of /config_dump?include_eds")
    found: _Found = {"listener": {}, "cluster": {}, "route": {}, "endpoint": {}}
    for kind, resource in _resources(value["configs"]):
        name = str(resource.get("cluster_name" if kind == "endpoint" else "name", ""))
        found[kind][name] = resource
    return _parsed(found)


def from_view(text: bytes | str) -> Resources:
    """Read what `periplus compile` of any version prints. Raises DumpError with a sentence."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise DumpError(f"the view is no JSON: {error}") from error
    if not isinstance(value, dict) or not all(isinstance(value.get(one), list) for one in _VIEW):
        raise DumpError("no view: give what `periplus compile -o json` prints")
    return _parsed(
        {
            kind: {str(resource.get(named, "")): resource for resource in value[field]}
            for field, (kind, named) in _VIEW.items()
        }
    )


def _parsed(found: _Found) -> Resources:
    unread: dict[str, str] = {}
    return Resources(
        _read(found["listener"], listener_pb2.Listener, unread),
        _read(found["route"], route_pb2.RouteConfiguration, unread),
        _read(found["cluster"], cluster_pb2.Cluster, unread),
        _read(found["endpoint"], endpoint_pb2.ClusterLoadAssignment, unread),
        unread,
    )


def _resources(configs: list[Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for section in configs:
        for name, (inside, kind) in _SECTIONS.items():
            for entry in section.get(name, ()):
                held = entry.get(inside, {})
                resource = held.get("listener") if inside == "active_state" else held
                if resource:
                    yield kind, {key: one for key, one in resource.items() if key != _TYPE}


def _read(found: Mapping[str, Any], message: type[_M], unread: dict[str, str]) -> dict[str, _M]:
    """Parse what can be parsed; what cannot is named, never passed over."""
    read: dict[str, _M] = {}
    for name, value in found.items():
        try:
            read[name] = json_format.ParseDict(_openable(value), message())
        except json_format.ParseError as error:
            unread[name] = str(error).splitlines()[0]
    return read


def _openable(value: Any) -> Any:
    """Wrap what is inside an Any of unknown type, so that the rest can be parsed."""
    if isinstance(value, list):
        return [_openable(one) for one in value]
    if not isinstance(value, dict):
        return value
    inside = {key: _openable(one) for key, one in value.items()}
    type_url = inside.get(_TYPE)
    if not isinstance(type_url, str) or _is_known(type_url):
        return inside
    return {_TYPE: _TYPED_STRUCT, "type_url": type_url}


def _is_known(type_url: str) -> bool:
    try:
        descriptor_pool.Default().FindMessageTypeByName(type_url.rpartition("/")[2])
    except KeyError:
        return False
    return True
