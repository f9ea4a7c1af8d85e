"""A config dump such as istiod's Envoys print, by hand and as small as it can be."""

from typing import Any

_TYPE = "type.googleapis.com/"
_FILTERS = "envoy.extensions.filters"
_HTTP = f"{_FILTERS}.network.http_connection_manager.v3.HttpConnectionManager"


def _any(name: str, **fields: Any) -> dict[str, Any]:
    return {"@type": f"{_TYPE}{name}", **fields}


def _observing(name: str, value: dict[str, Any]) -> dict[str, Any]:
    """Istio's own extensions come as structures that name their type."""
    inside = {"type_url": f"{_TYPE}{name}", "value": value}
    return {"name": name, "typed_config": _any("udpa.type.v1.TypedStruct", **inside)}


def _listener(port: int, filters: list[dict[str, Any]]) -> dict[str, Any]:
    router = {"name": "router", "typed_config": _any(f"{_FILTERS}.http.router.v3.Router")}
    manager = _any(
        _HTTP,
        stat_prefix="out",
        rds={"route_config_name": "9080", "config_source": {"ads": {}}},
        http_filters=[*filters, router],
    )
    return {
        "name": f"0.0.0.0_{port}",
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": port}},
        "filter_chains": [{"filters": [{"name": "manager", "typed_config": manager}]}],
        "traffic_direction": "OUTBOUND",
        "bind_to_port": False,
    }


_PASSING = _any(
    f"{_FILTERS}.network.tcp_proxy.v3.TcpProxy", stat_prefix="p", cluster="PassthroughCluster"
)
_LISTENERS = [
    {
        "name": "virtualOutbound",
        "address": {"socket_address": {"address": "0.0.0.0", "port_value": 15001}},
        "filter_chains": [
            {
                "name": "virtualOutbound-catchall-tcp",
                "filters": [{"name": "tcp", "typed_config": _PASSING}],
            }
        ],
        "use_original_dst": True,
        "traffic_direction": "OUTBOUND",
    },
    _listener(
        9080,
        [
            _observing("stats.PluginConfig", {}),
            _observing("io.istio.http.peer_metadata.Config", {}),
        ],
    ),
    _listener(9090, [_observing("acme.Unknown", {})]),
]
_ROUTES = {
    "name": "9080",
    "virtual_hosts": [
        {
            "name": "reviews.default.svc.cluster.local:9080",
            "domains": ["reviews", "reviews.default.svc.cluster.local"],
            "routes": [
                {
                    "name": "mine",
                    "match": {"prefix": "/"},
                    "route": {"cluster": "outbound|9080||reviews.default.svc.cluster.local"},
                }
            ],
        }
    ],
}
_CLUSTERS: list[dict[str, Any]] = [
    {"name": "PassthroughCluster", "type": "ORIGINAL_DST", "lb_policy": "CLUSTER_PROVIDED"},
    {
        "name": "outbound|9080||reviews.default.svc.cluster.local",
        "type": "EDS",
        "eds_cluster_config": {
            "service_name": "outbound|9080||reviews.default.svc.cluster.local",
            "eds_config": {"ads": {}},
        },
    },
]
_AT = {"socket_address": {"address": "10.0.0.7", "port_value": 9080}}
_ENDPOINTS = {
    "cluster_name": "outbound|9080||reviews.default.svc.cluster.local",
    "endpoints": [{"lb_endpoints": [{"endpoint": {"address": _AT}, "health_status": "HEALTHY"}]}],
}


def _typed(resource: dict[str, Any], name: str) -> dict[str, Any]:
    return {"@type": f"{_TYPE}{name}", **resource}


DUMP: dict[str, Any] = {
    "configs": [
        _typed(
            {
                "dynamic_active_clusters": [
                    {"cluster": _typed(one, "envoy.config.cluster.v3.Cluster")} for one in _CLUSTERS
                ]
            },
            "envoy.admin.v3.ClustersConfigDump",
        ),
        _typed(
            {
                "dynamic_listeners": [
                    {
                        "name": one["name"],
                        "active_state": {
                            "listener": _typed(one, "envoy.config.listener.v3.Listener")
                        },
                    }
                    for one in _LISTENERS
                ]
            },
            "envoy.admin.v3.ListenersConfigDump",
        ),
        _typed(
            {
                "dynamic_route_configs": [
                    {"route_config": _typed(_ROUTES, "envoy.config.route.v3.RouteConfiguration")}
                ]
            },
            "envoy.admin.v3.RoutesConfigDump",
        ),
        _typed(
            {
                "dynamic_endpoint_configs": [
                    {
                        "endpoint_config": _typed(
                            _ENDPOINTS, "envoy.config.endpoint.v3.ClusterLoadAssignment"
                        )
                    }
                ]
            },
            "envoy.admin.v3.EndpointsConfigDump",
        ),
    ]
}
