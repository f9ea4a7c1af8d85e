"""Worlds and proxies for tests."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.clusters import outbound_clusters
from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.view import View
from libs.compile.world import World, build_world
from libs.kernel import xds
from libs.kernel.ids import ClusterName, ResourceName
from libs.kernel.messages import errors
from libs.kernel.xds import Snapshot
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.parse import parse_file

NOT_INTERCEPTED: Mapping[str, Any] = {"INTERCEPTION_MODE": "NONE"}


def world(text: str, settings: MeshSettings | None = None) -> World:
    """Build a world from YAML; a test with wrong objects is a wrong test."""
    parsed = parse_file("test.yaml", text.encode())
    wrong = errors(parsed.messages)
    if wrong:
        raise ValueError("\n".join(map(str, wrong)))
    placed = [(one.object, one.origin) for one in parsed.objects]
    return build_world(placed, ClusterName("default"), settings)


def view_of(mesh: World, proxy: Proxy, ledger: Ledger | None = None) -> View:
    """Return the view of a proxy that may call every service."""
    bare = View(mesh, proxy, {}, ledger or Ledger())
    return replace(bare, outbound=outbound_clusters(bare, mesh.registry.services.values()))


def sidecar(namespace: str = "default", **more: Any) -> Proxy:
    """Describe a sidecar without interception."""
    return Proxy(ProxyType.SIDECAR, namespace, metadata=NOT_INTERCEPTED, **more)


def service(name: str, port: str = "{name: http, port: 80}", more: str = "") -> str:
    """Write a Service in namespace default that selects `app: <name>`."""
    return f"""
---
apiVersion: v1
kind: Service
metadata: {{name: {name}}}
spec:
  selector: {{app: {name}}}
  ports: [{port}]
  {more}
"""


def istio(kind: str, name: str, spec: str, metadata: str = "") -> str:
    """Write an object of Istio's networking group."""
    return f"""
---
apiVersion: networking.istio.io/v1
kind: {kind}
metadata: {{name: {name}{metadata}}}
spec: {spec}
"""


def route_configuration(snapshot: Snapshot, name: str) -> route_pb2.RouteConfiguration:
    """Read a route configuration back from a snapshot."""
    body = snapshot.of(xds.ROUTE)[ResourceName(name)].body
    return route_pb2.RouteConfiguration.FromString(body)


def virtual_host(snapshot: Snapshot, route: str, name: str) -> rc.VirtualHost:
    """Read a virtual host back from a snapshot."""
    (found,) = (
        host for host in route_configuration(snapshot, route).virtual_hosts if host.name == name
    )
    return found
