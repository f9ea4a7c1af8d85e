"""What a proxy needs to load virtual hosts when requests ask for them."""

from collections.abc import Container, Iterator
from datetime import timedelta
from typing import Final

from protogen.envoy.config.core.v3 import base_pb2, config_source_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.http.on_demand.v3 import on_demand_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.envoy.anys import pack
from libs.envoy.configsource import aggregated
from libs.envoy.wellknown import duration

FILTER_NAME: Final = "envoy.filters.http.on_demand"
FIRST_ANSWER_S_MAX: Final = 1
HOST_S_MAX: Final = 5
"""How long a request waits for its host: it is answered within milliseconds, or nobody answers."""
NOT_LOADED: Final = "The routes of this host are not loaded, and the control plane is away.\n"
_STREAM_IDLE: Final = "SI"


def hosts_source() -> config_source_pb2.ConfigSource:
    """Return where hosts come from. A listener waits for the first of them no longer than this."""
    source = aggregated()
    source.initial_fetch_timeout.FromTimedelta(timedelta(seconds=FIRST_ANSWER_S_MAX))
    return source


def ask_for_hosts(listener: listener_pb2.Listener, configurations: Container[str]) -> bool:
    """Make a listener load hosts of these route configurations; say whether it uses any."""
    asks = False
    for chain in _chains(listener):
        for one in chain.filters:
            manager = hcm_pb2.HttpConnectionManager()
            if one.typed_config.Unpack(manager) and manager.rds.route_config_name in configurations:
                _ask(manager)
                one.typed_config.CopyFrom(pack(manager))
                asks = True
    return asks


def _chains(listener: listener_pb2.Listener) -> Iterator[lc.FilterChain]:
    yield from listener.filter_chains
    if listener.HasField("default_filter_chain"):
        yield listener.default_filter_chain


def _ask(manager: hcm_pb2.HttpConnectionManager) -> None:
    """Ask before anything else looks at the routes, and give up after a while.

    Once there is a route, its own limit counts for idle streams.
    """
    asking = hcm_pb2.HttpFilter(name=FILTER_NAME, typed_config=pack(on_demand_pb2.OnDemand()))
    kept = list(manager.http_filters)
    del manager.http_filters[:]
    manager.http_filters.extend([asking, *kept])
    manager.stream_idle_timeout.CopyFrom(duration(timedelta(seconds=HOST_S_MAX)))
    said = manager.local_reply_config.mappers.add()
    said.filter.response_flag_filter.flags.append(_STREAM_IDLE)
    said.status_code.value = 503
    said.body.CopyFrom(base_pb2.DataSource(inline_string=NOT_LOADED))
