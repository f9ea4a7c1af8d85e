"""Patches for tests, from the few words that matter."""

from typing import Any

from libs.compile.patches import Patch, patches_for
from libs.compile.proxy import Proxy
from libs.compile.tests.worlds import sidecar
from libs.meshapi.envoyfilter import EnvoyFilter


def envoy_filter(
    *patches: dict[str, Any], name: str = "a", namespace: str = "default", **spec: Any
) -> EnvoyFilter:
    """Return an EnvoyFilter with these patches, in users' names."""
    return EnvoyFilter.model_validate(
        {
            "apiVersion": "networking.istio.io/v1alpha3",
            "kind": "EnvoyFilter",
            "metadata": {"name": name, "namespace": namespace},
            "spec": {"configPatches": patches, **spec},
        }
    )


def patch(apply_to: str, operation: str, value: Any = None, **match: Any) -> dict[str, Any]:
    """Return one patch in users' names."""
    written = {"operation": operation} | ({} if value is None else {"value": value})
    return {"applyTo": apply_to, "match": match, "patch": written}


def patches(*written: dict[str, Any], proxy: Proxy | None = None) -> tuple[Patch, ...]:
    """Return the patches of one EnvoyFilter as a sidecar gets them."""
    found = patches_for([envoy_filter(*written)], proxy or sidecar(), "istio-system")
    return found[0] if found else ()
