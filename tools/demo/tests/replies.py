"""Answers of the product page as the programs make them, for the tests beside this file."""

import json
from collections.abc import Sequence

from tools.demo.bookinfo import Reply, calls_of, failed_call, reply_of
from tools.demo.http1 import Response


def reply(version: str, cluster: str = "cluster1", failing: Sequence[str] = ()) -> Reply:
    """Build the answer of a product page that met `version` of reviews; `failing` services fail."""
    return _reply("productpage", {"reviews": version}, cluster, failing)


def response(version: str, cluster: str = "cluster1", failing: Sequence[str] = ()) -> Response:
    """Build the same as a response."""
    return Response(200, json.dumps(reply(version, cluster, failing)).encode())


def _reply(app: str, versions: dict[str, str], cluster: str, failing: Sequence[str]) -> Reply:
    if app in failing:
        return failed_call(app, "status 503: no healthy upstream")
    version = versions.get(app, "v1")
    calls = [_reply(name, versions, cluster, failing) for name in calls_of(app, version)]
    return reply_of(app, version, cluster, calls)
