"""All of one cluster that compiling reads, prepared once for all of its proxies."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from libs.compile.attachments import Attachments, attachments
from libs.compile.credentials import Credentials, credentials
from libs.compile.policies import Policies, policies
from libs.compile.rules import RouteRules, route_rules
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.virtualservice import VirtualService
from libs.registry.build import DEFAULT_DOMAIN, Registry, build_registry
from libs.registry.order import age

_Kind = TypeVar("_Kind", bound=MeshObject)


@dataclass(frozen=True, slots=True)
class World:
    """One cluster. What has an order stands oldest first.

    `origins` tells where each object is written; it never reaches a resource.
    """

    cluster: ClusterName
    settings: MeshSettings
    registry: Registry
    rules: tuple[RouteRules, ...] = ()
    policies: Policies = field(default_factory=Policies)
    gateways: tuple[Gateway, ...] = ()
    sidecars: Mapping[str, tuple[Sidecar, ...]] = field(default_factory=dict)
    attached: Attachments = field(default_factory=Attachments)
    origins: Mapping[ObjectKey, Origin] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=dict)

    @property
    def domain(self) -> str:
        """The mesh's DNS domain."""
        return self.registry.domain

    def has_ingress(self, namespace: str) -> bool:
        """Say whether a Sidecar that may apply in `namespace` states where inbound calls arrive."""
        return any(
            sidecar.spec.ingress
            for where in (namespace, self.settings.root_namespace)
            for sidecar in self.sidecars.get(where, ())
        )


def build_world(
    objects: Iterable[tuple[MeshObject, Origin]],
    cluster: ClusterName,
    settings: MeshSettings | None = None,
    domain: str = DEFAULT_DOMAIN,
) -> World:
    """Index a cluster's objects. Kinds that compiling does not know are passed over."""
    placed = tuple(objects)
    everything = tuple(one for one, _ in placed)
    mesh = settings or MeshSettings()
    return World(
        cluster=cluster,
        settings=mesh,
        registry=build_registry(everything, domain, mesh.default_service_export_to),
        rules=route_rules(
            _of_kind(everything, VirtualService), domain, mesh.default_virtual_service_export_to
        ),
        policies=policies(
            _of_kind(everything, DestinationRule),
            domain,
            mesh.default_destination_rule_export_to,
            mesh.root_namespace,
        ),
        gateways=tuple(sorted(_of_kind(everything, Gateway), key=age)),
        sidecars=_by_namespace(_of_kind(everything, Sidecar)),
        attached=attachments(everything),
        origins={one.key: origin for one, origin in placed},
        credentials=credentials(_of_kind(everything, Secret), _of_kind(everything, SealedSecret)),
    )


def _of_kind(objects: Iterable[MeshObject], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(one for one in objects if isinstance(one, kind))


def _by_namespace(sidecars: Iterable[Sidecar]) -> Mapping[str, tuple[Sidecar, ...]]:
    found: dict[str, list[Sidecar]] = {}
    for sidecar in sorted(sidecars, key=age):
        found.setdefault(sidecar.namespace, []).append(sidecar)
    return {namespace: tuple(members) for namespace, members in found.items()}
