"""Objects that attach to proxies rather than to hosts."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeVar

from libs.meshapi.envoyfilter import EnvoyFilter
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.proxyconfig import ProxyConfig
from libs.meshapi.ratelimit import RateLimit
from libs.meshapi.telemetry import Telemetry
from libs.meshapi.trafficextension import TrafficExtension
from libs.meshapi.wasmplugin import WasmPlugin
from libs.registry.order import age

VERSION_KEY: Final = "ISTIO_VERSION"
"""Where a proxy's metadata says its version."""

_Kind = TypeVar("_Kind", bound=MeshObject)
ATTACHED: tuple[type[MeshObject], ...] = (
    EnvoyFilter,
    Telemetry,
    WasmPlugin,
    TrafficExtension,
    RateLimit,
    ProxyConfig,
)
"""The kinds that attach; objects of others are not looked at."""


@dataclass(frozen=True, slots=True)
class Attachments:
    """Every such object of a cluster, the oldest first."""

    envoy_filters: tuple[EnvoyFilter, ...] = ()
    telemetries: tuple[Telemetry, ...] = ()
    wasm_plugins: tuple[WasmPlugin, ...] = ()
    traffic_extensions: tuple[TrafficExtension, ...] = ()
    rate_limits: tuple[RateLimit, ...] = ()
    proxy_configs: tuple[ProxyConfig, ...] = ()

    @property
    def metadata_read(self) -> tuple[str, ...]:
        """The metadata of proxies that decides which patches they get, by name."""
        matches = [
            patch.match.proxy
            for one in self.envoy_filters
            for patch in one.spec.config_patches
            if patch.match and patch.match.proxy
        ]
        keys = {key for match in matches for key in match.metadata}
        return tuple(sorted(keys | ({VERSION_KEY} if matches else set())))


def attachments(objects: Iterable[MeshObject]) -> Attachments:
    """Collect them from all objects of a cluster."""
    everything = tuple(objects)
    return Attachments(
        envoy_filters=_of_kind(everything, EnvoyFilter),
        telemetries=_of_kind(everything, Telemetry),
        wasm_plugins=_of_kind(everything, WasmPlugin),
        traffic_extensions=_of_kind(everything, TrafficExtension),
        rate_limits=_of_kind(everything, RateLimit),
        proxy_configs=_of_kind(everything, ProxyConfig),
    )


def _of_kind(objects: Iterable[MeshObject], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(sorted((one for one in objects if isinstance(one, kind)), key=age))
