"""Follows one call through Envoy's resources, as far as it gets."""

from collections.abc import Sequence
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.routing import chains, endpoints, listeners, lookups, manager, policies
from libs.routing.call import Call
from libs.routing.caller import Caller
from libs.routing.decision import Action, ClusterChoice, Decision, Verdict
from libs.routing.endpoints import Arrived
from libs.routing.filters import opened, type_of
from libs.routing.outcome import FailedError, RefusedError, UndecidedError, understood
from libs.routing.resources import Resources

_TCP_PROXY: Final = tcp_proxy_pb2.TcpProxy.DESCRIPTOR.full_name
_LISTENER = frozenset(
    {
        "name",
        "address",
        "additional_addresses",
        "stat_prefix",
        "filter_chains",
        "default_filter_chain",
        "use_original_dst",
        "listener_filters",
        "listener_filters_timeout",
        "continue_on_listener_filters_timeout",
        "traffic_direction",
        "bind_to_port",
        "access_log",
        "connection_balance_config",
        "enable_reuse_port",
        "metadata",
        "per_connection_buffer_limit_bytes",
        "socket_options",
        "max_connections_to_accept_per_socket_event",
        "ignore_global_conn_limit",
    }
)
_TCP = frozenset(
    {
        "stat_prefix",
        "cluster",
        "weighted_clusters",
        "idle_timeout",
        "max_downstream_connection_duration",
        "tunneling_config",
        "access_log",
        "access_log_options",
        "max_connect_attempts",
        "hash_policy",
    }
)
_HARMLESS: Final = frozenset(
    {
        "envoy.tcp.metadataexchange.config.MetadataExchange",
        "io.istio.network.peer_metadata.Config",
        "stats.PluginConfig",
    }
)
"""Types of network filters that only observe."""
_BEFORE_THE_LAST: Final = _HARMLESS | policies.NETWORK_TYPES | {lookups.NETWORK_TYPE}
"""Types of network filters that are followed, or need not be."""


def evaluate(resources: Resources, call: Call) -> Decision:
    """Return what Envoy does with a call, or the named reason why it gets no answer.

    Whatever is not understood makes the verdict "not decided"; the steps before it stay filled in.
    """
    so_far = Decision()
    try:
        _follow(resources, call, so_far)
    except FailedError as error:
        so_far.error, so_far.verdict = error.failure, Verdict.REFUSE
        if isinstance(error, RefusedError):
            so_far.reason, so_far.rule = error.reason, error.rule
    except UndecidedError as error:
        so_far.verdict, so_far.undecided = Verdict.NOT_DECIDED, str(error)
    return so_far


def _follow(resources: Resources, call: Call, so_far: Decision) -> None:
    listener, restored = listeners.find(resources, call)
    arrived = Arrived(resources, call, restored)
    so_far.listener = listener.name
    understood(listener, _LISTENER, "listener")
    chain = chains.choose(listener, listeners.inspected(listener, call))
    so_far.filter_chain = chain_name(listener, chain)
    last = _last(chain.filters)
    kind = type_of(last.typed_config)
    chains.check_tls(chain, call, reads_http=kind == manager.TYPE)
    ended = chain.HasField("transport_socket")
    policies.check_connection(chain.filters[:-1], Caller(call, None, verified=ended))
    if kind == manager.TYPE:
        found = opened(last.typed_config, hcm_pb2.HttpConnectionManager)
        manager.decide(found, arrived, so_far, verified=ended)
    elif kind == _TCP_PROXY:
        asked = lookups.of_connection(chain.filters, call)
        _proxy(opened(last.typed_config, tcp_proxy_pb2.TcpProxy), arrived, so_far, asked)
    else:
        raise UndecidedError(f"network filter {last.name} ({kind})")


def chain_name(listener: listener_pb2.Listener, chain: lc.FilterChain) -> str:
    """Return a chain's name; one without a name is called by its place, the first by `0`."""
    if chain.name:
        return chain.name
    places = [place for place, one in enumerate(listener.filter_chains) if one == chain]
    return str(places[0]) if places else "default"


def _last(filters: Sequence[lc.Filter]) -> lc.Filter:
    """Return the filter that ends the chain. Raises UndecidedError for another that may decide."""
    for one in filters[:-1]:
        if type_of(one.typed_config) not in _BEFORE_THE_LAST:
            raise UndecidedError(f"network filter {one.name} ({type_of(one.typed_config)})")
    if not filters:
        raise UndecidedError("a filter chain without filters")
    return filters[-1]


def _proxy(proxy: tcp_proxy_pb2.TcpProxy, arrived: Arrived, so_far: Decision, asked: str) -> None:
    understood(proxy, _TCP, "tcp_proxy")
    weights = [(one.name, one.weight) for one in proxy.weighted_clusters.clusters]
    if any(one.HasField("metadata_match") for one in proxy.weighted_clusters.clusters):
        raise UndecidedError("tcp_proxy.weighted_clusters.metadata_match")
    so_far.clusters = tuple(
        ClusterChoice(name, weight, endpoints.of_cluster(arrived, name, asked))
        for name, weight in weights or [(proxy.cluster, 100)]
        if weight
    )
    so_far.action = Action()
    manager.check_endpoints(so_far)
    so_far.verdict = Verdict.FORWARD
