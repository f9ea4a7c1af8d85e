"""One kubeconfig with a context for each of several API servers."""

import json
from pathlib import Path

from tools.kubeapi.server import ApiServer


def contexts(path: Path, *servers: ApiServer) -> Path:
    """Write a kubeconfig of the administrators; its current context is that of the first."""
    parts = [json.loads(one.kubeconfig().read_text(encoding="utf-8")) for one in servers]
    merged = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [one for part in parts for one in part["clusters"]],
        "users": [
            {**one, "name": f"{one['name']}-{part['current-context']}"}
            for part in parts
            for one in part["users"]
        ],
        "contexts": [
            {
                "name": one["name"],
                "context": {"cluster": one["name"], "user": f"admin-{one['name']}"},
            }
            for part in parts
            for one in part["contexts"]
        ],
        "current-context": parts[0]["current-context"],
    }
    path.write_text(json.dumps(merged), encoding="utf-8")
    return path
