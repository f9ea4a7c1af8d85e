"""The programs of Bookinfo as data: who calls whom, and what each says about itself."""

from collections.abc import Mapping, Sequence
from typing import Any

SERVICE_PORT = 9080
"""Port of every service."""
PROGRAM_PORT = 9081
"""Port of a program on its workload's address; its Envoy hands requests over to it there."""
STARS: Mapping[str, str | None] = {"v1": None, "v2": "black", "v3": "red"}
"""Colour of the stars that a version of `reviews` shows."""

Reply = dict[str, Any]
"""What a program answers, as JSON: app, version, cluster, calls (the answers it got), stars."""


def calls_of(app: str, version: str) -> tuple[str, ...]:
    """Return the services that a program calls for each request, in order."""
    if app == "productpage":
        return ("details", "reviews")
    if app == "reviews" and STARS.get(version) is not None:
        return ("ratings",)
    return ()


def reply_of(app: str, version: str, cluster: str, calls: Sequence[Reply]) -> Reply:
    """Return a program's answer."""
    reply: Reply = {"app": app, "version": version, "cluster": cluster, "calls": list(calls)}
    if app == "reviews":
        reply["stars"] = STARS[version]
    return reply


def failed_call(app: str, reason: str) -> Reply:
    """Return what stands for the answer of a service that gave none or no success."""
    return {"app": app, "error": reason}
