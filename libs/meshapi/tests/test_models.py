"""Code that constructs by attribute and users who write YAML mean the same objects."""

from datetime import timedelta

import pytest

from libs.meshapi.destinationrule import DestinationRule, DestinationRuleSpec, Subset
from libs.meshapi.endpointslice import EndpointSlice, SliceEndpoint, SlicePort
from libs.meshapi.fleet import Allow, Cluster, ClusterSpec, Fleet, FleetSet, FleetSpec
from libs.meshapi.gateway import Gateway, GatewaySpec, NamedPort, Server
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.parse import parse_file
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.peerauthentication import (
    MutualTLS,
    PeerAuthentication,
    PeerAuthenticationSpec,
)
from libs.meshapi.rollout import ReturnPolicy, Rollout, RolloutStrategy, Wave
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.service import Service, ServicePort, ServiceSpec
from libs.meshapi.serviceentry import ServiceEntry, ServiceEntrySpec
from libs.meshapi.serviceentry import ServicePort as EntryPort
from libs.meshapi.sidecar import EgressListener, Sidecar, SidecarPort, SidecarSpec
from libs.meshapi.telemetry import (
    CustomTag,
    LiteralTag,
    NamedTag,
    Telemetry,
    TelemetrySpec,
    Tracing,
)
from libs.meshapi.trafficpolicy import LoadBalancer, TrafficPolicy
from libs.meshapi.virtualservice import (
    Destination,
    HTTPMatchRequest,
    HTTPRoute,
    HTTPRouteDestination,
    VirtualService,
    VirtualServiceSpec,
)
from libs.meshapi.workloadentry import WorkloadEntry, WorkloadEntrySpec

NAMED = Metadata(name="a", namespace="default")

PAIRS: dict[str, MeshObject] = {
    """
    {apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, spec: {
      hosts: [a], http: [{match: [{ignoreUriCase: true, uri: {prefix: /}}], timeout: 2s,
      route: [{destination: {host: a, subset: v1}, weight: 1}]}]}}
    """: VirtualService(
        metadata=NAMED,
        spec=VirtualServiceSpec(
            hosts=("a",),
            http=(
                HTTPRoute(
                    match=(HTTPMatchRequest(ignore_uri_case=True, uri=StringMatch(prefix="/")),),
                    timeout=timedelta(seconds=2),
                    route=(
                        HTTPRouteDestination(
                            destination=Destination(host="a", subset="v1"), weight=1
                        ),
                    ),
                ),
            ),
        ),
    ),
    """
    {apiVersion: networking.istio.io/v1, kind: DestinationRule, metadata: {name: a}, spec: {
      host: a, trafficPolicy: {loadBalancer: {simple: RANDOM}},
      subsets: [{name: v1, labels: {version: v1}}]}}
    """: DestinationRule(
        metadata=NAMED,
        spec=DestinationRuleSpec(
            host="a",
            traffic_policy=TrafficPolicy(load_balancer=LoadBalancer(simple="RANDOM")),
            subsets=(Subset(name="v1", labels={"version": "v1"}),),
        ),
    ),
    """
    {apiVersion: networking.istio.io/v1, kind: Gateway, metadata: {name: a}, spec: {
      selector: {istio: gateway},
      servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: [a]}]}}
    """: Gateway(
        metadata=NAMED,
        spec=GatewaySpec(
            selector={"istio": "gateway"},
            servers=(
                Server(port=NamedPort(number=80, name="http", protocol="HTTP"), hosts=("a",)),
            ),
        ),
    ),
    """
    {apiVersion: networking.istio.io/v1, kind: ServiceEntry, metadata: {name: a}, spec: {
      hosts: [a], resolution: STATIC, ports: [{number: 80, name: http, targetPort: 8080}],
      endpoints: [{address: 10.0.0.1, serviceAccount: a}]}}
    """: ServiceEntry(
        metadata=NAMED,
        spec=ServiceEntrySpec(
            hosts=("a",),
            resolution="STATIC",
            ports=(EntryPort(number=80, name="http", target_port=8080),),
            endpoints=(WorkloadEntrySpec(address="10.0.0.1", service_account="a"),),
        ),
    ),
    """
    {apiVersion: networking.istio.io/v1, kind: WorkloadEntry, metadata: {name: a}, spec: {
      address: 10.0.0.1, ports: {http: 80}}}
    """: WorkloadEntry(
        metadata=NAMED, spec=WorkloadEntrySpec(address="10.0.0.1", ports={"http": 80})
    ),
    """
    {apiVersion: networking.istio.io/v1, kind: Sidecar, metadata: {name: a}, spec: {
      egress: [{port: {number: 80, protocol: HTTP}, captureMode: NONE, hosts: [./*]}]}}
    """: Sidecar(
        metadata=NAMED,
        spec=SidecarSpec(
            egress=(
                EgressListener(
                    port=SidecarPort(number=80, protocol="HTTP"),
                    capture_mode="NONE",
                    hosts=("./*",),
                ),
            ),
        ),
    ),
    """
    {apiVersion: v1, kind: Service, metadata: {name: a}, spec: {
      clusterIP: 10.0.0.1, ports: [{port: 80, name: a, targetPort: http}, {port: 81, name: b,
      targetPort: 82}]}}
    """: Service(
        metadata=NAMED,
        spec=ServiceSpec(
            cluster_ip="10.0.0.1",
            ports=(
                ServicePort(port=80, name="a", target_port="http"),
                ServicePort(port=81, name="b", target_port=82),
            ),
        ),
    ),
    """
    {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
      metadata: {name: a, labels: {kubernetes.io/service-name: web}},
      endpoints: [{addresses: [10.0.0.1]}], ports: [{port: 80}]}
    """: EndpointSlice(
        metadata=Metadata(
            name="a", namespace="default", labels={"kubernetes.io/service-name": "web"}
        ),
        address_type="IPv4",
        endpoints=(SliceEndpoint(addresses=("10.0.0.1",)),),
        ports=(SlicePort(port=80),),
    ),
    """
    {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: a}, spec: {
      selector: {matchLabels: {app: a}}, portLevelMtls: {80: {mode: STRICT}}}}
    """: PeerAuthentication(
        metadata=NAMED,
        spec=PeerAuthenticationSpec(
            selector=WorkloadSelector(match_labels={"app": "a"}),
            port_level_mtls={"80": MutualTLS(mode="STRICT")},
        ),
    ),
    """
    {apiVersion: telemetry.istio.io/v1, kind: Telemetry, metadata: {name: a}, spec: {
      tracing: [{customTags: {b: {header: {name: x}}, a: {literal: {value: z}}}}]}}
    """: Telemetry(
        metadata=NAMED,
        spec=TelemetrySpec(
            tracing=(
                Tracing(
                    custom_tags={
                        "a": CustomTag(literal=LiteralTag(value="z")),
                        "b": CustomTag(header=NamedTag(name="x")),
                    }
                ),
            )
        ),
    ),
    """
    {apiVersion: periplus.io/v1alpha1, kind: Rollout, metadata: {name: a}, spec: {
      waves: [{name: b, maxConcurrent: 10%, soak: 1h}], return: {order: allAtOnce}}}
    """: Rollout(
        metadata=Metadata(name="a"),
        spec=RolloutStrategy(
            waves=(Wave(name="b", max_concurrent="10%", soak=timedelta(hours=1)),),
            return_=ReturnPolicy(order="allAtOnce"),
        ),
    ),
    """
    {apiVersion: periplus.io/v1alpha1, kind: Fleet, metadata: {name: a}, spec: {
      sets: [{name: s, paths: [p], allow: {kinds: [Service]}}]}}
    """: Fleet(
        metadata=Metadata(name="a"),
        spec=FleetSpec(sets=(FleetSet(name="s", paths=("p",), allow=Allow(kinds=("Service",))),)),
    ),
    """
    {apiVersion: periplus.io/v1alpha1, kind: Cluster, metadata: {name: a}, spec: {
      connection: {static: {}}, podCIDRs: [10.0.0.0/8]}}
    """: Cluster(metadata=Metadata(name="a"), spec=ClusterSpec(pod_cidrs=("10.0.0.0/8",))),
}


def _parsed(text: str) -> ParsedObject:
    (parsed,) = parse_file("x.yaml", text.encode()).objects
    return parsed


@pytest.mark.parametrize(
    ("text", "obj"), PAIRS.items(), ids=[type(obj).__name__ for obj in PAIRS.values()]
)
def test_code_and_text_give_equal_objects(text: str, obj: MeshObject) -> None:
    """Attributes and field names are two spellings of one thing."""
    assert _parsed(text).object == obj
    assert _parsed(text).key == obj.key


def test_a_slice_knows_its_service() -> None:
    """The label says it; without the label there is none."""
    (slice_,) = [one for one in PAIRS.values() if isinstance(one, EndpointSlice)]
    assert slice_.service_name == "web"
    assert EndpointSlice(metadata=NAMED, address_type="IPv4").service_name == ""


def test_only_namespaced_kinds_have_a_namespace() -> None:
    """A kind of the fleet has none in its key; any other has one even when it is not written."""
    fleet = Fleet(metadata=Metadata(name="a"), spec=FleetSpec())
    entry = WorkloadEntry(metadata=Metadata(name="a"), spec=WorkloadEntrySpec())
    assert (fleet.namespace, entry.namespace) == ("", "default")
