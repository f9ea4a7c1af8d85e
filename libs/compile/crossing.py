"""East-west gateways: calls of other networks, still encrypted, go to the service they name."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile.listeners import Outlets
from libs.compile.target import Outbound
from libs.compile.view import View
from libs.envoy import listener, names, tcpproxy
from libs.meshapi.gateway import Gateway, Server
from libs.registry.hostnames import ANY, covers
from libs.registry.service import Protocol

MESH_PROTOCOLS: Final = (
    "istio",
    "istio-peer-exchange",
    "istio-http/1.0",
    "istio-http/1.1",
    "istio-h2",
)
"""What sidecars offer under the mesh's mutual TLS; nobody else is let through."""


def crossing_chains(
    view: View, gateway: Gateway, server: Server, outlets: Outlets
) -> Iterator[lc.FilterChain]:
    """Yield one chain for each port and subset of each service that the server's hosts cover.

    Clients ask for the name of the cluster. The bytes are handed on as they are: no TLS of ours.
    """
    for one in view.outbound.values():
        if one.service.mesh_external or one.port.protocol is Protocol.UDP:
            continue
        if not any(_covers(gateway, text, one) for text in server.hosts):
            continue
        subset = one.name.split("|")[2]
        name = names.crossing_cluster(one.service.hostname, one.port.number, subset)
        traffic = one.traffic.model_copy(update={"tls": None})
        outlets.crossing[name] = replace(one, name=name, traffic=traffic, meshed=True)
        yield listener.chain(
            [tcpproxy.tcp_proxy(name)],
            server_names=[name],
            encrypted=True,
            protocols=MESH_PROTOCOLS,
        )


def _covers(gateway: Gateway, text: str, one: Outbound) -> bool:
    where, _, host = text.rpartition("/")
    namespace = gateway.namespace if where == "." else where or ANY
    return namespace in (ANY, one.service.namespace) and covers(host.lower(), one.service.hostname)
