"""BackendTLSPolicy: how a gateway speaks TLS to a backend, and what it checks."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.references import (
    GROUP,
    VERSION,
    Hostname,
    LocalReference,
    PreciseHostname,
)
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import Options, SectionName


class BackendTarget(LocalReference):
    """A backend, or one port of it by name."""

    section_name: SectionName | None = None


class SubjectAltName(Model):
    """A name that the backend's certificate may have."""

    type: Literal["Hostname", "URI"]
    hostname: Hostname | None = None
    uri: Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.URI)] | None = None


class BackendValidation(Model):
    """Who may have signed the certificate, and for which names."""

    ca_certificate_refs: Annotated[tuple[LocalReference, ...], Field(max_length=8)] = ()
    well_known_ca_certificates: (
        Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.WELL_KNOWN_CA)] | None
    ) = Field(
        default=None,
        validation_alias="wellKnownCACertificates",
        serialization_alias="wellKnownCACertificates",
    )
    hostname: PreciseHostname
    subject_alt_names: Annotated[tuple[SubjectAltName, ...], Field(max_length=5)] = ()


class BackendTLSPolicySpec(Model):
    """Checks for the targets."""

    target_refs: Annotated[tuple[BackendTarget, ...], Field(min_length=1, max_length=16)]
    validation: BackendValidation
    options: Options = Field(default_factory=dict)


class BackendTLSPolicy(MeshObject):
    """gateway.networking.k8s.io BackendTLSPolicy."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = VERSION
    kind: Literal["BackendTLSPolicy"] = "BackendTLSPolicy"
    metadata: Metadata
    spec: BackendTLSPolicySpec
