"""What a server serves, from its own discovery: in two requests, or group by group on old servers.

A group whose extension server is away is unseen, never absent.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from libs.ports.kubecluster import Discovery, Resource

AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
"""What to accept from `/api` and `/apis`: everything at once, which 1.30 and newer can."""


def is_aggregated(answer: Mapping[str, Any]) -> bool:
    """Say whether a server gave everything at once."""
    return answer.get("kind") == "APIGroupDiscoveryList"


def aggregated(*answers: Mapping[str, Any]) -> Discovery:
    """Return what the answers of `/api` and `/apis` list."""
    resources: list[Resource] = []
    unseen: dict[str, str] = {}
    for group in (one for answer in answers for one in answer.get("items", ())):
        name = group.get("metadata", {}).get("name", "")
        for version in group.get("versions", ()):
            if version.get("freshness") == "Stale":
                unseen[f"{name}/{version['version']}"] = "its server gives no current answer"
            else:
                listed = version.get("resources", ())
                resources += (_aggregated(name, version["version"], one) for one in listed)
    return Discovery(tuple(resources), unseen)


def group_versions(core: Mapping[str, Any], groups: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield what the older answers of `/api` and `/apis` name, each group's preferred one first."""
    for version in core.get("versions", ()):
        yield "", version
    for group in groups.get("groups", ()):
        preferred = group.get("preferredVersion", {}).get("version", "")
        served = [one["version"] for one in group.get("versions", ())]
        for version in sorted(served, key=lambda one: one != preferred):
            yield group["name"], version


def listed(group: str, version: str, answer: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield the kinds of one group and version; what has a slash is a part of another."""
    for one in answer.get("resources", ()):
        if "/" not in one["name"]:
            yield Resource(
                group, version, one["kind"], one["name"], one["namespaced"], _set(one.get("verbs"))
            )


def _aggregated(group: str, version: str, one: Mapping[str, Any]) -> Resource:
    kind = one.get("responseKind", {}).get("kind", "")
    namespaced = one.get("scope") == "Namespaced"
    return Resource(group, version, kind, one["resource"], namespaced, _set(one.get("verbs")))


def _set(verbs: Iterable[str] | None) -> frozenset[str]:
    return frozenset(verbs or ())
