"""Which parts of DestinationRules count for one port: the host's, a subset's, a port's own."""

from libs.meshapi.trafficpolicy import PortTrafficPolicy, TrafficPolicy

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


def _is_for(setting: PortTrafficPolicy, port: int) -> bool:
    return setting.port is not None and setting.port.number == port
