"""The words of xDS that compiler, feed and frontends share: types, order, resources, snapshots.

Bodies are opaque here: serialised protobuf messages that only `libs.envoy` makes and reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from libs.kernel.ids import ResourceName, TypeUrl, Version

_PREFIX = "type.googleapis.com/"

CLUSTER = TypeUrl(_PREFIX + "envoy.config.cluster.v3.Cluster")
ENDPOINT = TypeUrl(_PREFIX + "envoy.config.endpoint.v3.ClusterLoadAssignment")
LB_ENDPOINT = TypeUrl(_PREFIX + "envoy.config.endpoint.v3.LbEndpoint")
LISTENER = TypeUrl(_PREFIX + "envoy.config.listener.v3.Listener")
ROUTE = TypeUrl(_PREFIX + "envoy.config.route.v3.RouteConfiguration")
VIRTUAL_HOST = TypeUrl(_PREFIX + "envoy.config.route.v3.VirtualHost")
SECRET = TypeUrl(_PREFIX + "envoy.extensions.transport_sockets.tls.v3.Secret")
EXTENSION = TypeUrl(_PREFIX + "envoy.config.core.v3.TypedExtensionConfig")
RUNTIME = TypeUrl(_PREFIX + "envoy.service.runtime.v3.Runtime")

PUSH_ORDER: tuple[TypeUrl, ...] = (
    CLUSTER,
    ENDPOINT,
    LB_ENDPOINT,
    LISTENER,
    ROUTE,
    VIRTUAL_HOST,
    SECRET,
    RUNTIME,
    EXTENSION,
)
"""Make before break: additions and changes go out in this order, removals in the reverse one."""

SHORT_NAMES: Mapping[TypeUrl, str] = MappingProxyType(
    {
        CLUSTER: "cds",
        ENDPOINT: "eds",
        LB_ENDPOINT: "leds",
        LISTENER: "lds",
        ROUTE: "rds",
        VIRTUAL_HOST: "vhds",
        SECRET: "sds",
        RUNTIME: "rtds",
        EXTENSION: "ecds",
    }
)
"""The types by the names of their discovery services, as people call them."""

FULL_STATE_TYPES: frozenset[TypeUrl] = frozenset({CLUSTER, LISTENER})
"""State-of-the-world responses of these hold the whole subscribed set; omission deletes."""


@dataclass(frozen=True, slots=True)
class Resource:
    """One serialised Envoy resource. `version` is the fingerprint of `body`.

    `body` is the serialised message itself, not wrapped in Any. `aliases` are further names to ask
    for it by. A virtual host that is delivered on demand has its domains there, patterns among
    them, and none in its body.
    """

    type_url: TypeUrl
    name: ResourceName
    version: Version
    body: bytes
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The full view of one proxy class. `version` is the fingerprint over all resource versions.

    `types` are the fingerprints of each type alone, where whoever made the snapshot knows them.
    """

    version: Version
    resources: Mapping[TypeUrl, Mapping[ResourceName, Resource]]
    types: tuple[tuple[TypeUrl, Version], ...] = field(default=(), compare=False)

    def of(self, type_url: TypeUrl) -> Mapping[ResourceName, Resource]:
        """Return the resources of one type by name; empty when there are none."""
        return self.resources.get(type_url, _NOTHING)


_NOTHING: Mapping[ResourceName, Resource] = MappingProxyType({})
