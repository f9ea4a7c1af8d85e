"""Deployments in versions that no API server serves any more, as the version of today.

Source: the Kubernetes documentation on deprecated API versions, release 1.16: what those versions
took from the template when it was not written, `apps/v1` wants written.
"""

from collections.abc import Mapping
from typing import Any

from libs.kernel.messages import Level
from libs.meshapi.dialects import codes
from libs.meshapi.problems import Problem

_OLD = frozenset({"extensions/v1beta1", "apps/v1beta1", "apps/v1beta2"})
_TODAY = "apps/v1"


def respelt(raw: Any) -> tuple[Any, tuple[Problem, ...]]:
    """Return a Deployment of an old version as one of today, with a warning; others unchanged."""
    if not isinstance(raw, Mapping) or raw.get("kind") != "Deployment":
        return raw, ()
    version = raw.get("apiVersion")
    if not isinstance(version, str) or version not in _OLD:
        return raw, ()
    text = f"`{version}` is an old version, read as `{_TODAY}`; write that, with a `selector`"
    problem = Problem(("apiVersion",), text, code=codes.CONVERTED, level=Level.WARNING)
    spec = raw.get("spec")
    whole = {"selector": _selector(spec), **spec} if isinstance(spec, Mapping) else spec
    return {**raw, "apiVersion": _TODAY, "spec": whole}, (problem,)


def _selector(spec: Mapping[str, Any]) -> Any:
    template = spec.get("template")
    metadata = template.get("metadata") if isinstance(template, Mapping) else None
    return {"matchLabels": metadata.get("labels", {}) if isinstance(metadata, Mapping) else {}}
