"""What an operator may choose about a frontend; environment variables `PERIPLUS_XDS_...`."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import ClassVar

from libs.adapters.system.environment import number
from libs.envoy.address import is_loopback
from libs.telemetry.settings import TelemetrySettings


class Plaintext(StrEnum):
    """Where proxies may connect without TLS, and thus be whoever they say."""

    NEVER = "never"
    LOOPBACK = "loopback"
    """at loopback addresses and Unix sockets, as a demonstration on one machine needs it"""
    ANYWHERE = "anywhere"
    """everywhere, where something else keeps strangers away"""


class ClusterProof(StrEnum):
    """By what a proxy proves of which cluster it is."""

    AUTHORITY = "authority"
    """the authority that signed its certificate is named for the cluster"""
    NONE = "none"
    """nothing: it is of the cluster that it says, which it may choose"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsSettings:
    """Files in PEM, which are looked at again with each connection."""

    chain: Path
    """The frontend's certificate with what vouches for it."""
    key: Path
    """Its private key."""
    roots: Path
    """Who vouches for proxies."""
    trust_domain: str = "cluster.local"
    """Of which proxies have to be."""
    cluster_proof: ClusterProof = ClusterProof.AUTHORITY
    """How a proxy proves its CLUSTER_ID; `none` where all clusters may see what each has."""
    default_cluster: str = ""
    """Cluster of proxies whose authority is named for none; empty means that they are refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class XdsSettings:
    """Where proxies connect, and where the compiler is."""

    PREFIX: ClassVar[str] = "PERIPLUS_XDS_"

    listen: str = "127.0.0.1:15010"
    """gRPC address for proxies: `host:port` or `unix:/path`."""
    shares_port: bool = False
    """Whether further frontends may listen on the same port of this machine: one for each core."""
    status: str = ""
    """gRPC address of the client status service, which tells the names of what every proxy has.
    Empty means that there is none. Without readers it speaks in the clear: a loopback address or
    `unix:/path`."""
    status_readers: tuple[str, ...] = ()
    """SPIFFE ids of those who may ask there, over mutual TLS with the certificate for proxies."""
    feed: str = "127.0.0.1:15011"
    """gRPC address of the compiler's feed: `host:port` or `unix:/path`."""
    frontend_id: str = ""
    """Name of this frontend in the compiler's log; empty means a random one."""
    load_interval_s: float = number(10.0, above=0)
    """How often a proxy that reports its load does so."""
    streams_max: int = number(5_000, above=0)
    """More streams than these are refused, so that a balancer finds another frontend."""
    drain_s: float = number(2.0, least=0)
    """How long an ending frontend waits for its streams to end."""
    tls: TlsSettings | None = None
    """Mutual TLS with proxies, which get only what their certificate is for."""
    plaintext: Plaintext = Plaintext.NEVER
    """Where TLS may be missing; without TLS and without this the frontend does not start."""
    telemetry: TelemetrySettings = field(default_factory=TelemetrySettings)

    def __post_init__(self) -> None:
        """A door without a lock has to be wanted, and what everybody has is told to few."""
        if self.status_readers and self.tls is None:
            raise ValueError(
                "who may ask for the status is known by TLS; set PERIPLUS_XDS_TLS__..."
            )
        if self.status and not (self.status_readers or _is_local(self.status)):
            raise ValueError(
                f"{self.status} is for everybody; write a loopback address or `unix:/path`, or"
                " name who may ask in PERIPLUS_XDS_STATUS_READERS"
            )
        local = _is_local(self.listen)
        allowed = self.plaintext is Plaintext.ANYWHERE or (
            self.plaintext is Plaintext.LOOPBACK and local
        )
        if self.tls is None and not allowed:
            raise ValueError(
                f"{self.listen} would speak with proxies in the clear; set"
                " PERIPLUS_XDS_TLS__CHAIN, __KEY and __ROOTS, or PERIPLUS_XDS_PLAINTEXT"
            )


def _is_local(address: str) -> bool:
    return address.startswith("unix:") or is_loopback(address.rpartition(":")[0])
