"""The view of a gRPC client that reads xDS itself.

It asks for a listener by `host:port`, then for the routes and clusters that this names. It reads
conditions on paths and headers, weights, retries, faults and timeouts, and passes over the rest.
"""

from dataclasses import replace

from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.listeners import Outlets
from libs.compile.outbound import Wanted, http_routes
from libs.compile.scope import Egress, Scope
from libs.compile.view import View
from libs.envoy import hcm, listener, names
from libs.kernel import xds


def grpc_outlets(view: View, scope: Scope) -> Outlets:
    """Return a listener and a route configuration for every port of every service in sight."""
    outlets = Outlets()
    for egress in scope.egress:
        for service in egress.services:
            for port in service.ports:
                name = names.outbound_cluster(service.hostname, port.number)
                if name in view.outbound and name not in outlets.routes:
                    only = Egress(None, (replace(service, ports=(port,)),), egress.rules)
                    outlets.routes[name] = http_routes(view, only, Wanted(port.number, name))
                    built = _listener(service.hostname, port.number, name)
                    outlets.listeners[built.name] = built
                    view.ledger.credit(xds.LISTENER, built.name, service.origin)
    return outlets


def _listener(host: str, port: int, route_name: str) -> listener_pb2.Listener:
    manager = hcm.for_grpc_client(route_name, route_name)
    return listener.for_grpc_client(names.virtual_host(host, port), manager)
