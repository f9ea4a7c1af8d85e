"""Hosts that are looked up by the name that somebody asks for."""

from typing import Any

import pytest

from libs.routing.decision import Verdict
from libs.routing.resources import Resources
from libs.routing.tests.envoys import ROUTER, ask, envoy, listener, manager, tcp

_PREFIX = "type.googleapis.com/envoy.extensions"
_CACHE = {"dns_cache_config": {"name": "cache"}}
_NAME = "lookup"
_BY_NAME = {
    "name": _NAME,
    "typed_config": {
        "@type": f"{_PREFIX}.filters.http.dynamic_forward_proxy.v3.FilterConfig",
        **_CACHE,
    },
}
_RENAMED = f"{_PREFIX}.filters.http.dynamic_forward_proxy.v3.PerRouteConfig"
_SNI = {
    "name": "sni",
    "typed_config": {
        "@type": f"{_PREFIX}.filters.network.sni_dynamic_forward_proxy.v3.FilterConfig",
        "port_value": 8443,
        **_CACHE,
    },
}
_INSPECTOR = {
    "name": "tls",
    "typed_config": {"@type": f"{_PREFIX}.filters.listener.tls_inspector.v3.TlsInspector"},
}


def _cluster(**more: Any) -> dict[str, Any]:
    config = {"@type": f"{_PREFIX}.clusters.dynamic_forward_proxy.v3.ClusterConfig", **_CACHE}
    kind = {"name": "dynamic", "typed_config": config}
    return {"name": "c", "lb_policy": "CLUSTER_PROVIDED", "cluster_type": kind, **more}


def _envoy(
    action: dict[str, Any], *filters: dict[str, Any], settings: dict[str, Any] | None = None
) -> Resources:
    """Return an Envoy whose one route leads to the cluster, behind filters."""
    route = {"match": {"prefix": "/"}, "route": {"cluster": "c", **action}}
    if settings is not None:
        route["typed_per_filter_config"] = {_NAME: settings}
    host = {"name": "host", "domains": ["*"], "routes": [route]}
    config = {"route_config": {"name": "routes", "virtual_hosts": [host]}}
    chain = {"filters": [manager(config, (*filters, ROUTER))]}
    return envoy([listener("http", 80, [chain])], [_cluster()])


@pytest.mark.parametrize(
    ("host", "where"),
    [
        ("far.example", ("far.example", 80)),
        ("far.example:8080", ("far.example", 8080)),
        ("[2001:db8::1]:81", ("2001:db8::1", 81)),
    ],
)
def test_a_request_goes_to_the_host_that_it_names(host: str, where: tuple[str, int]) -> None:
    """Its own port counts; without one it is 80."""
    found = ask(_envoy({}, _BY_NAME), host=host).clusters[0].endpoints
    assert [(one.address, one.port) for one in found] == [where]


def test_a_cluster_that_encrypts_calls_port_443() -> None:
    """Where the request names no port."""
    resources = _envoy({}, _BY_NAME)
    resources.clusters["c"].transport_socket.name = "tls"
    assert [one.port for one in ask(resources).clusters[0].endpoints] == [443]


def test_a_renamed_request_goes_to_its_new_host() -> None:
    """Where the filter looks for the name that the route gives."""
    resources = _envoy(
        {"host_rewrite_literal": "new.example:90"},
        _BY_NAME,
        settings={"@type": _RENAMED, "host_rewrite_literal": "new.example:90"},
    )
    found = ask(resources).clusters[0].endpoints
    assert [(one.address, one.port) for one in found] == [("new.example", 90)]


@pytest.mark.parametrize(
    "resources",
    [
        _envoy({}),
        _envoy({"host_rewrite_literal": "new.example"}, _BY_NAME),
        _envoy({}, _BY_NAME, settings={"@type": _RENAMED, "host_rewrite_header": "x-host"}),
    ],
    ids=["no filter", "another name leaves", "a name from a header"],
)
def test_names_that_are_not_looked_up_are_not_decided(resources: Resources) -> None:
    """Without a filter, and where filter and request do not mean one name for certain."""
    assert ask(resources).verdict is Verdict.NOT_DECIDED


def test_a_connection_goes_to_the_server_name_that_it_asks_for() -> None:
    """At the port of the filter; without a server name nobody can say."""
    chain = {"filters": [_SNI, tcp("c")]}
    resources = envoy([listener("tls", 80, [chain], listener_filters=[_INSPECTOR])], [_cluster()])
    found = ask(resources, protocol="tcp", tls="tls", sni="far.example").clusters[0].endpoints
    assert [(one.address, one.port) for one in found] == [("far.example", 8443)]
    assert ask(resources, protocol="tcp").verdict is Verdict.NOT_DECIDED
