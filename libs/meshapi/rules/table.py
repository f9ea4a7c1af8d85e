"""Which rules hold for which kind."""

from collections.abc import Callable, Iterator
from typing import Any

from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.deployment import Deployment
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.dialects.rules import RULES as OLD_RULES
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.envoyfilter import EnvoyFilter
from libs.meshapi.fleet import Cluster, Fleet
from libs.meshapi.gateway import Gateway
from libs.meshapi.gatewayapi import gateway as gatewayapi
from libs.meshapi.gatewayapi.backendtlspolicy import BackendTLSPolicy
from libs.meshapi.gatewayapi.grpcroute import GRPCRoute
from libs.meshapi.gatewayapi.httproute import HTTPRoute
from libs.meshapi.gatewayapi.tcproute import TCPRoute
from libs.meshapi.gatewayapi.tlsroute import TLSRoute
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.node import Node
from libs.meshapi.observation import Observation
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.pod import Pod
from libs.meshapi.problems import Problem
from libs.meshapi.proxyconfig import ProxyConfig
from libs.meshapi.ratelimit import RateLimit
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.rollout import Rollout
from libs.meshapi.rules import (
    destinationrule,
    extensions,
    fleet,
    gateway,
    kubernetes,
    metadata,
    observation,
    ratelimit,
    rollout,
    sealedsecret,
    security,
    service,
    serviceentry,
    sidecar,
    telemetry,
    virtualservice,
    workloadgroup,
)
from libs.meshapi.rules.gatewayapi import gateways, routes
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret
from libs.meshapi.service import Service
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.telemetry import Telemetry
from libs.meshapi.trafficextension import TrafficExtension
from libs.meshapi.virtualservice import VirtualService
from libs.meshapi.wasmplugin import WasmPlugin
from libs.meshapi.workloadentry import WorkloadEntry
from libs.meshapi.workloadgroup import WorkloadGroup

_RULES: dict[type[MeshObject], Callable[[Any], Iterator[Problem]]] = {
    AuthorizationPolicy: security.check_authorization,
    BackendTLSPolicy: gateways.check_backend_tls,
    Cluster: fleet.check_cluster,
    Deployment: kubernetes.check_deployment,
    DestinationRule: destinationrule.check,
    EndpointSlice: service.check_slice,
    Endpoints: kubernetes.check_endpoints,
    EnvoyFilter: extensions.check_filter,
    Fleet: fleet.check,
    Gateway: gateway.check,
    GRPCRoute: routes.check_grpc,
    HTTPRoute: routes.check_http,
    Node: kubernetes.check_node,
    Observation: observation.check,
    PeerAuthentication: security.check_peers,
    Pod: kubernetes.check_pod,
    ProxyConfig: workloadgroup.check_proxy,
    RateLimit: ratelimit.check,
    RequestAuthentication: security.check_requests,
    Rollout: rollout.check,
    SealedSecret: sealedsecret.check,
    Secret: kubernetes.check_secret,
    Service: service.check,
    ServiceEntry: serviceentry.check,
    Sidecar: sidecar.check,
    TCPRoute: routes.check_tcp,
    Telemetry: telemetry.check,
    TLSRoute: routes.check_tls,
    TrafficExtension: extensions.check_traffic,
    VirtualService: virtualservice.check,
    WasmPlugin: extensions.check_wasm,
    WorkloadEntry: serviceentry.check_workload,
    WorkloadGroup: workloadgroup.check,
    gatewayapi.Gateway: gateways.check_gateway,
}


def problems_in(obj: MeshObject) -> Iterator[Problem]:
    """Judge one object by itself."""
    yield from metadata.check(obj)
    rules = _RULES.get(type(obj)) or OLD_RULES.get(type(obj))
    if rules is not None:
        yield from rules(obj)
