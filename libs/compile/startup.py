"""What a proxy is started with: settings of its process, and patches of its bootstrap."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from google.protobuf.json_format import MessageToDict
from protogen.envoy.config.bootstrap.v3 import bootstrap_pb2

from libs.compile.attaching import selected
from libs.compile.patches import patches_for
from libs.compile.proxy import Proxy
from libs.compile.world import World
from libs.envoy.anytypes import settle
from libs.envoy.fromjson import message_from
from libs.envoy.merging import merge
from libs.meshapi.proxyconfig import ProxyConfig


@dataclass(frozen=True, slots=True)
class Startup:
    """Settings of a proxy's process. `concurrency` 0 is a thread per core, None Envoy's own."""

    concurrency: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    image_type: str = ""

    def metadata(self) -> dict[str, Any]:
        """Return the entry of node metadata that says it, as Istio's proxies do."""
        config: dict[str, Any] = {}
        if self.concurrency is not None:
            config["concurrency"] = self.concurrency
        if self.environment:
            config["proxyMetadata"] = dict(sorted(self.environment.items()))
        if self.image_type:
            config["image"] = {"imageType": self.image_type}
        return {"PROXY_CONFIG": config} if config else {}


def startup_of(world: World, proxy: Proxy) -> Startup:
    """Return the settings of the mesh, overridden by its ProxyConfigs, the nearest last."""
    mesh = world.settings.default_config
    found = Startup()
    if mesh is not None:
        image = mesh.image.image_type if mesh.image else ""
        found = Startup(mesh.concurrency, mesh.proxy_metadata, image)
    for one in _levels(world.attached.proxy_configs, proxy, world.settings.root_namespace):
        found = _over(found, one)
    return found


def _levels(objects: Iterable[ProxyConfig], proxy: Proxy, root: str) -> list[ProxyConfig]:
    """Return at most one for the mesh, one for the namespace and one for the workload."""
    ordered = tuple(objects)
    own = [one for one in ordered if one.namespace == proxy.namespace]
    mesh = [one for one in ordered if one.namespace == root and not _selects(one)]
    namespace = [one for one in own if not _selects(one) and proxy.namespace != root]
    workload = [one for one in own if _selects(one) and _is_for(one, proxy)]
    return [some[0] for some in (mesh, namespace, workload) if some]


def _selects(one: ProxyConfig) -> bool:
    return bool(one.spec.selector and one.spec.selector.match_labels)


def _is_for(one: ProxyConfig, proxy: Proxy) -> bool:
    labels = one.spec.selector.match_labels if one.spec.selector else None
    return selected(proxy, labels, (), one.namespace)


def _over(found: Startup, one: ProxyConfig) -> Startup:
    spec = one.spec
    return replace(
        found,
        concurrency=found.concurrency if spec.concurrency is None else spec.concurrency,
        environment={**found.environment, **spec.environment_variables},
        image_type=spec.image.image_type if spec.image else found.image_type,
    )


def patched_bootstrap(
    bootstrap: Mapping[str, Any], world: World, proxy: Proxy
) -> Mapping[str, Any]:
    """Return a bootstrap with the patches for it; the same one where there are none.

    Raises PatchError for a patch that is none of Envoy's.
    """
    found = patches_for(world.attached.envoy_filters, proxy, world.settings.root_namespace)
    mine = [
        one
        for patches in found
        for one in patches
        if one.apply_to == "BOOTSTRAP" and one.merges and one.value is not None
    ]
    if not mine:
        return bootstrap
    message = message_from(bootstrap, bootstrap_pb2.Bootstrap)
    for patch in mine:
        if patch.value is not None:
            merge(message, patch.value, replace_lists=patch.replaces_lists)
    settle(message)
    plain: dict[str, Any] = MessageToDict(message, preserving_proto_field_name=True)
    return plain
