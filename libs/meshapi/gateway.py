"""Gateway: what listens at the edge of the mesh."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Alternatives, Model, Port, StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

ServerTLSMode = Literal[
    "PASSTHROUGH",
    "SIMPLE",
    "MUTUAL",
    "AUTO_PASSTHROUGH",
    "ISTIO_MUTUAL",
    "OPTIONAL_MUTUAL",
]
TLSVersion = Literal["TLS_AUTO", "TLSV1_0", "TLSV1_1", "TLSV1_2", "TLSV1_3"]


class NamedPort(Model):
    """A port with the protocol that is spoken there."""

    number: Port
    protocol: Annotated[str, Field(min_length=1)]
    name: Annotated[str, Field(min_length=1)]
    target_port: Port | None = None


class ServerCertificate(Model):
    """Files of one certificate."""

    server_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""


ServerCertificates = Annotated[tuple[ServerCertificate, ...], Field(min_length=1, max_length=2)]


class ServerTLS(Model):
    """TLS of a server."""

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("credential_name", "credential_names", "tls_certificates"),
    )

    https_redirect: bool = False
    mode: ServerTLSMode = "PASSTHROUGH"
    server_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""
    ca_crl: str = ""
    credential_name: str = ""
    credential_names: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)] = ()
    ca_cert_credential_name: str = ""
    tls_certificates: Annotated[
        tuple[ServerCertificate, ...], Field(min_length=1, max_length=2)
    ] = ()
    subject_alt_names: tuple[str, ...] = ()
    verify_certificate_spki: tuple[str, ...] = ()
    verify_certificate_hash: tuple[str, ...] = ()
    min_protocol_version: TLSVersion = "TLS_AUTO"
    max_protocol_version: TLSVersion = "TLS_AUTO"
    cipher_suites: tuple[str, ...] = ()
    insecure_skip_verify: bool | None = None


class Server(Model):
    """One port and the hosts that it serves, each `host` or `namespace/host`."""

    port: NamedPort
    hosts: tuple[str, ...]
    name: str = ""
    bind: str = ""
    tls: ServerTLS | None = None
    default_endpoint: str = ""


class GatewaySpec(Model):
    """Servers for the proxies that `selector` selects."""

    selector: StringMap = Field(default_factory=dict)
    servers: tuple[Server, ...] = ()


class Gateway(MeshObject):
    """networking.istio.io Gateway."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["Gateway"] = "Gateway"
    metadata: Metadata
    spec: GatewaySpec
