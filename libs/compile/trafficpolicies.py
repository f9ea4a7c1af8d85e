"""Which parts of DestinationRules count for one port: the host's, a subset's, a port's own."""

from typing import Any, TypeVar

from libs.envoy.cluster import CONNECT_TIMEOUT
from libs.meshapi.base import Model
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.meshconfig.config import DefaultTrafficPolicy
from libs.meshapi.trafficpolicy import (
    ConnectionPool,
    HTTPSettings,
    PortTrafficPolicy,
    TCPSettings,
    TrafficPolicy,
)

_PARTS = (
    "load_balancer",
    "connection_pool",
    "outlier_detection",
    "tls",
    "tunnel",
    "proxy_protocol",
    "retry_budget",
)
_PARTS_OF_PORTS = ("load_balancer", "connection_pool", "outlier_detection", "tls")
NOTHING = TrafficPolicy()


def for_port(policy: TrafficPolicy | None, port: int) -> TrafficPolicy:
    """Return the policy of one port.

    What a port-level setting does not say falls back to the defaults, never to the policy above.
    """
    if policy is None:
        return NOTHING
    own = next((one for one in policy.port_level_settings if _is_for(one, port)), None)
    if own is None:
        return policy.model_copy(update={"port_level_settings": ()})
    parts = {name: getattr(own, name) for name in _PARTS_OF_PORTS}
    return policy.model_copy(update={**parts, "port_level_settings": ()})


def merged(general: TrafficPolicy | None, subset: TrafficPolicy | None, port: int) -> TrafficPolicy:
    """Return the policy of a subset's port: what the subset says beats what the host says.

    A port-level setting of the subset replaces both.
    """
    base = for_port(general, port)
    if subset is None:
        return base
    own = {name: value for name in _PARTS if (value := getattr(subset, name)) is not None}
    return for_port(
        base.model_copy(update={**own, "port_level_settings": subset.port_level_settings}), port
    )


def with_defaults(policy: TrafficPolicy, mesh: MeshSettings) -> TrafficPolicy:
    """Fill in what the mesh says: of its baseline every field that the policy leaves out.

    Its times of TCP and its choice of HTTP/2 stand below that.
    """
    baseline = mesh.default_traffic_policy or DefaultTrafficPolicy()
    pool = _filled(policy.connection_pool, baseline.connection_pool)
    detection = _filled(policy.outlier_detection, baseline.outlier_detection)
    pool = _filled(pool, _mesh_pool(mesh))
    if pool is policy.connection_pool and detection is policy.outlier_detection:
        return policy
    return policy.model_copy(update={"connection_pool": pool, "outlier_detection": detection})


def own_pool(pool: ConnectionPool | None, mesh: MeshSettings) -> ConnectionPool | None:
    """Return the limits towards the own workload, or towards hosts that nobody declared.

    They stand on the mesh's baseline as well; what is spoken there is not the mesh's to choose.
    """
    kept = mesh.model_copy(update={"h2_upgrade_policy": "DO_NOT_UPGRADE"})
    return with_defaults(TrafficPolicy(connection_pool=pool), kept).connection_pool


def _mesh_pool(mesh: MeshSettings) -> ConnectionPool | None:
    tcp: dict[str, Any] = {}
    if mesh.connect_timeout != CONNECT_TIMEOUT:
        tcp["connect_timeout"] = mesh.connect_timeout
    if mesh.tcp_keepalive is not None:
        tcp["tcp_keepalive"] = mesh.tcp_keepalive
    found: dict[str, Any] = {"tcp": TCPSettings(**tcp)} if tcp else {}
    if mesh.h2_upgrade_policy == "UPGRADE":
        found["http"] = HTTPSettings(h2_upgrade_policy="UPGRADE")
    return ConnectionPool(**found) if found else None


_M = TypeVar("_M", bound=Model)


def _filled(own: _M | None, default: _M | None) -> _M | None:
    """Return `own` with the fields that it does not write taken from `default`, at every level."""
    if own is None or default is None:
        return default if own is None else own
    update: dict[str, Any] = {}
    for name in default.model_fields_set:
        mine, other = getattr(own, name), getattr(default, name)
        if name not in own.model_fields_set or mine in (None, "DEFAULT"):
            update[name] = other
        elif isinstance(mine, Model) and isinstance(other, Model):
            update[name] = _filled(mine, other)
    return own.model_copy(update=update)


def _is_for(setting: PortTrafficPolicy, port: int) -> bool:
    return setting.port is not None and setting.port.number == port
