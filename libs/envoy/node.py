"""Who a proxy says it is: node id and metadata as Istio's proxies send them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError
from protogen.envoy.config.core.v3 import base_pb2

_KINDS: Final = ("sidecar", "router")
_ID_PARTS: Final = 4
_GRPC_AGENT: Final = "gRPC"


class NodeError(ValueError):
    """A proxy whose node cannot be read; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class NodeFacts:
    """What a node says. `metadata` is as sent; texts that are absent are empty.

    `locality` is `region/zone/subzone`, as far as it goes.
    """

    id: str
    kind: str
    ip: str
    workload: str
    namespace: str
    domain: str
    grpc_client: bool = False
    metadata: Mapping[str, Any] = field(default_factory=dict)
    locality: str = ""

    def text(self, key: str) -> str:
        """Return a metadata entry as text; empty when it is absent or no text."""
        value = self.metadata.get(key)
        return value if isinstance(value, str) else ""

    def texts(self, key: str) -> Mapping[str, str]:
        """Return a metadata entry that is a map, its texts in the order of keys."""
        value = self.metadata.get(key)
        pairs = value.items() if isinstance(value, Mapping) else ()
        return {name: text for name, text in sorted(pairs) if isinstance(text, str)}


def parse_node(node: bytes) -> NodeFacts:
    """Read a serialised envoy.config.core.v3.Node. Raises NodeError with a sentence."""
    try:
        message = base_pb2.Node.FromString(node)
    except DecodeError as error:
        raise NodeError("the node of the request is no Envoy node message") from error
    grpc_client = message.user_agent_name.startswith(_GRPC_AGENT)
    facts = parse_node_id(message.id, MessageToDict(message.metadata), grpc_client=grpc_client)
    at = message.locality
    return replace(facts, locality=f"{at.region}/{at.zone}/{at.sub_zone}".rstrip("/"))


def parse_node_id(
    node_id: str, metadata: Mapping[str, Any], *, grpc_client: bool = False
) -> NodeFacts:
    """Read `sidecar~10.0.0.1~pod.ns~ns.svc.cluster.local`. Raises NodeError with a sentence."""
    parts = node_id.split("~")
    if len(parts) != _ID_PARTS:
        raise NodeError(
            f"node id `{node_id[:80]}` has {len(parts)} parts; "
            "write `sidecar~<ip>~<pod>.<namespace>~<namespace>.svc.<domain>`"
        )
    kind, ip, name, dns_domain = parts
    if kind not in _KINDS:
        raise NodeError(
            f"node id `{node_id[:80]}` starts with `{kind[:20]}`, not sidecar or router"
        )
    workload, _, namespace = name.partition(".")
    if not workload or not namespace:
        raise NodeError(f"node id `{node_id[:80]}` names no `<pod>.<namespace>` in its third part")
    return NodeFacts(
        node_id, kind, ip, workload, namespace, _mesh_domain(dns_domain), grpc_client, metadata
    )


def _mesh_domain(dns_domain: str) -> str:
    """Return `cluster.local` for `ns.svc.cluster.local`; empty when it has another form."""
    _, _, domain = dns_domain.partition(".svc.")
    return domain
