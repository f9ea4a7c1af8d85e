"""AuthorizationPolicy: which calls a workload answers."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Alternatives, Model
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector
from libs.meshapi.targets import PolicyTarget, PolicyTargets
from libs.meshapi.texts import NonEmpty

Action = Literal["ALLOW", "DENY", "AUDIT", "CUSTOM"]
ServiceAccountNames = Annotated[
    tuple[Annotated[str, Field(max_length=320)], ...], Field(max_length=16)
]


class Source(Model):
    """Who calls: all fields that are written hold together, items of a list are alternatives."""

    principals: tuple[str, ...] = ()
    not_principals: tuple[str, ...] = ()
    request_principals: tuple[str, ...] = ()
    not_request_principals: tuple[str, ...] = ()
    namespaces: tuple[str, ...] = ()
    not_namespaces: tuple[str, ...] = ()
    service_accounts: ServiceAccountNames = ()
    not_service_accounts: ServiceAccountNames = ()
    trust_domains: tuple[str, ...] = ()
    not_trust_domains: tuple[str, ...] = ()
    ip_blocks: tuple[str, ...] = ()
    not_ip_blocks: tuple[str, ...] = Field(
        default=(), validation_alias="notIpBlocks", serialization_alias="notIpBlocks"
    )
    remote_ip_blocks: tuple[str, ...] = Field(
        default=(), validation_alias="remoteIpBlocks", serialization_alias="remoteIpBlocks"
    )
    not_remote_ip_blocks: tuple[str, ...] = Field(
        default=(), validation_alias="notRemoteIpBlocks", serialization_alias="notRemoteIpBlocks"
    )


class From(Model):
    """One alternative of who calls."""

    source: Source | None = None


class Operation(Model):
    """What is called."""

    hosts: tuple[str, ...] = ()
    not_hosts: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    not_ports: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    not_methods: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    not_paths: tuple[str, ...] = ()


class To(Model):
    """One alternative of what is called."""

    operation: Operation | None = None


class Condition(Model):
    """A condition on an attribute of the call, such as `request.headers[x-tenant]`."""

    key: NonEmpty
    values: tuple[str, ...] = ()
    not_values: tuple[str, ...] = ()


class Rule(Model):
    """Matches a call when one source, one operation and every condition do."""

    from_: Annotated[tuple[From, ...], Field(max_length=512)] = Field(
        default=(), validation_alias="from", serialization_alias="from"
    )
    to: tuple[To, ...] = ()
    when: tuple[Condition, ...] = ()


class ExtensionProviderName(Model):
    """A provider of the mesh that decides under action `CUSTOM`."""

    name: str = ""


class AuthorizationPolicySpec(Model):
    """Without rules an `ALLOW` policy allows nothing."""

    ALTERNATIVES: ClassVar[Alternatives] = (("selector", "target_ref", "target_refs"),)

    selector: WorkloadSelector | None = None
    target_ref: PolicyTarget | None = None
    target_refs: PolicyTargets = ()
    action: Action = "ALLOW"
    provider: ExtensionProviderName | None = None
    rules: Annotated[tuple[Rule, ...], Field(max_length=512)] = ()


class AuthorizationPolicy(MeshObject):
    """security.istio.io AuthorizationPolicy."""

    GROUP: ClassVar[str] = "security.istio.io"

    api_version: str = "security.istio.io/v1"
    kind: Literal["AuthorizationPolicy"] = "AuthorizationPolicy"
    metadata: Metadata
    spec: AuthorizationPolicySpec = AuthorizationPolicySpec()
