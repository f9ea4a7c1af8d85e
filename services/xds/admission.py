"""Which proxies an identity may be: those of its own cluster, namespace and account."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from cryptography import x509
from google.protobuf.json_format import MessageToDict
from protogen.envoy.config.core.v3 import base_pb2

from libs.envoy.node import NodeError, parse_node_id
from libs.pki.certificates import identity_of, read_certificates
from libs.pki.clusters import cluster_of
from libs.pki.errors import PkiError
from libs.pki.spiffe import SpiffeId
from libs.ports.clock import Clock


class NotAdmittedError(Exception):
    """A proxy that is not what it says; `shown` is the identity of its connection, if any."""

    def __init__(self, reason: str, shown: str = "") -> None:
        """Keep both."""
        super().__init__(reason)
        self.shown = shown


@dataclass(frozen=True, slots=True)
class ClustersByAuthority:
    """Says of which cluster a proxy is by who signed for it. `roots_pem` gives who is trusted now.

    `default` is the cluster of authorities that are named for none; empty refuses their proxies.
    """

    roots_pem: Callable[[], bytes]
    default: str = ""

    def of(self, shown: Sequence[x509.Certificate]) -> str:
        """Return the cluster. Raises PkiError when nothing proves one."""
        roots = read_certificates(self.roots_pem(), "the roots")
        found = cluster_of(shown, roots) or self.default
        if not found:
            raise PkiError("the authority of the certificate is named for no cluster")
        return found


@dataclass(frozen=True, slots=True)
class Admission:
    """Holds nodes to the certificates that their connections have shown.

    The roots were checked by the connection. The time is looked at here again: a connection that
    resumes a session is not asked for its certificate once more. Without `clusters` a proxy is of
    the cluster that it says.
    """

    trust_domain: str
    clock: Clock
    clusters: ClustersByAuthority | None = None

    def check(self, node: base_pb2.Node, shown_pem: bytes) -> float:
        """Return until when the node may be served, in seconds since the epoch.

        Raises NotAdmittedError unless it is a proxy of the identity shown.
        """
        own, shown, cluster = self._identity(shown_pem)
        valid_until_s = own.not_valid_after_utc.timestamp()
        if valid_until_s <= self.clock.now_s():
            raise NotAdmittedError("the certificate has expired", str(shown))
        try:
            facts = parse_node_id(node.id, MessageToDict(node.metadata))
        except NodeError as error:
            raise NotAdmittedError(str(error), str(shown)) from None
        of = f" of cluster `{cluster}`" if cluster is not None else ""
        said = {
            "the namespace of the node id": (facts.namespace, shown.namespace),
            "NAMESPACE": (facts.text("NAMESPACE"), shown.namespace),
            "SERVICE_ACCOUNT": (facts.text("SERVICE_ACCOUNT"), shown.service_account),
        }
        if cluster is not None:
            said["CLUSTER_ID"] = (facts.text("CLUSTER_ID"), cluster)
        for what, (claimed, proved) in said.items():
            if claimed != proved:
                raise NotAdmittedError(
                    f"{what} is `{claimed[:80]}`, and the certificate is for `{shown}`{of}",
                    str(shown),
                )
        return valid_until_s

    def denial(self, shown_pem: bytes, readers: Collection[str]) -> str:
        """Say why who shows a certificate may not ask what proxies have; empty lets him."""
        try:
            own, shown, _ = self._identity(shown_pem)
        except NotAdmittedError as error:
            return str(error)
        if own.not_valid_after_utc.timestamp() <= self.clock.now_s():
            return "the certificate has expired"
        return "" if str(shown) in readers else f"`{shown}` is none of those who may ask"

    def _identity(self, shown_pem: bytes) -> tuple[x509.Certificate, SpiffeId, str | None]:
        try:
            chain = read_certificates(shown_pem, "what the connection shows")
            shown = identity_of(chain[0])
        except PkiError as error:
            raise NotAdmittedError(str(error)) from None
        if shown.trust_domain != self.trust_domain:
            raise NotAdmittedError(
                f"the certificate is of trust domain `{shown.trust_domain}`, not of"
                f" `{self.trust_domain}`",
                str(shown),
            )
        try:
            cluster = self.clusters.of(chain) if self.clusters else None
        except PkiError as error:
            raise NotAdmittedError(str(error), str(shown)) from None
        return chain[0], shown, cluster
