"""Which proxies an identity may be: those of its own namespace and service account."""

from dataclasses import dataclass

from google.protobuf.json_format import MessageToDict
from protogen.envoy.config.core.v3 import base_pb2

from libs.envoy.node import NodeError, parse_node_id
from libs.pki.certificates import identity_of, read_certificates
from libs.pki.errors import PkiError
from libs.pki.spiffe import SpiffeId


class NotAdmittedError(Exception):
    """A proxy that is not what it says; `shown` is the identity of its connection, if any."""

    def __init__(self, reason: str, shown: str = "") -> None:
        """Keep both."""
        super().__init__(reason)
        self.shown = shown


@dataclass(frozen=True, slots=True)
class Admission:
    """Holds nodes to certificates whose connection has already proved that they are valid."""

    trust_domain: str

    def check(self, node: base_pb2.Node, shown_pem: bytes) -> None:
        """Raise NotAdmittedError unless the node is a proxy of the identity shown."""
        shown = self._identity(shown_pem)
        try:
            facts = parse_node_id(node.id, MessageToDict(node.metadata))
        except NodeError as error:
            raise NotAdmittedError(str(error), str(shown)) from None
        said = {
            "the namespace of the node id": (facts.namespace, shown.namespace),
            "NAMESPACE": (facts.text("NAMESPACE"), shown.namespace),
            "SERVICE_ACCOUNT": (facts.text("SERVICE_ACCOUNT"), shown.service_account),
        }
        for what, (claimed, proved) in said.items():
            if claimed != proved:
                raise NotAdmittedError(
                    f"{what} is `{claimed[:80]}`, and the certificate is for `{shown}`",
                    str(shown),
                )

    def _identity(self, shown_pem: bytes) -> SpiffeId:
        try:
            shown = identity_of(read_certificates(shown_pem, "what the connection shows")[0])
        except PkiError as error:
            raise NotAdmittedError(str(error)) from None
        if shown.trust_domain != self.trust_domain:
            raise NotAdmittedError(
                f"the certificate is of trust domain `{shown.trust_domain}`, not of"
                f" `{self.trust_domain}`",
                str(shown),
            )
        return shown
