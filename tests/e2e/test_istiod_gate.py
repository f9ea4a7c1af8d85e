"""A real API server whose proxies an istiod serves: what they use goes when istiod says so.

The istiod is a stand-in of ours that answers in the documented form; nothing shows here that a real
one does.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from libs.adapters.istiod.debugging import PATH, PORT
from libs.planning.joining import account_objects
from tests.e2e.kubestack import CLUSTER, KubeStack, config_map, running, until, value
from tests.e2e.podaddresses import on_this_machine
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import MERGE
from tools.kubeapi.server import ApiServer

ADDRESS = "198.18.73.1"
SPACE = "/api/v1/namespaces/istio-system"
REVIEWS = "/apis/authentication.k8s.io/v1/tokenreviews"


@dataclass
class StandIn:
    """An istiod with one proxy, which has acknowledged `acked` of what was sent as `n1`."""

    server: ApiServer
    acked: str = "n0"
    asked: list[str] = field(default_factory=list)

    def answer(self, token: str) -> list[dict[str, str]] | None:
        """Answer whoever has a token for istiods of an account in their namespace."""
        spec = {"token": token, "audiences": ["istio-ca"]}
        status = self.server.call("POST", REVIEWS, {"spec": spec}).body["status"]
        name = status.get("user", {}).get("username", "")
        self.asked.append(name)
        if not name.startswith("system:serviceaccount:istio-system:"):
            return None
        return [{"proxy": "web-1.shop", "route_sent": "n1", "route_acked": self.acked}]

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Listen where an istiod does."""
        answer = self.answer

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                token = self.headers["Authorization"].removeprefix("Bearer ")
                found = answer(token) if self.path == PATH else None
                self.send_response(401 if found is None else 200)
                self.end_headers()
                self.wfile.write(json.dumps(found).encode())

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        with HTTPServer((ADDRESS, PORT), Handler) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield
            finally:
                server.shutdown()
                thread.join()


def _pod(server: ApiServer) -> None:
    """Have the account of a joined cluster, and a Pod of istiod with an address."""
    for body in account_objects("istio-system", "istio-multi", manage=True)[:2]:
        path = "/api/v1/namespaces" if body["kind"] == "Namespace" else f"{SPACE}/serviceaccounts"
        server.call("POST", path, body)
    metadata = {"name": "istiod-1", "labels": {"app": "istiod"}}
    containers = [{"name": "discovery", "image": "example.com/istiod:1"}]
    pod = {"metadata": metadata, "spec": {"containers": containers}}
    assert server.call("POST", f"{SPACE}/pods", pod).status == 201
    status = {"status": {"podIP": ADDRESS, "podIPs": [{"ip": ADDRESS}]}}
    path = f"{SPACE}/pods/istiod-1/status"
    assert server.call("PATCH", path, status, content_type=MERGE).status == 200


def _push(stack: KubeStack, shop: str) -> None:
    (server,) = stack.servers
    files = stack.files(shop)
    cluster = CLUSTER % (server.name, server.name)
    cluster = cluster.replace("spec: {", "spec: {dataPlane: istiod, ")
    stack.push_files({**files, f"clusters/{server.name}/cluster.yaml": cluster.encode()})


def test_what_proxies_use_goes_when_istiod_has_told_them_all(
    kube_fleet: Fleet, tmp_path: Path
) -> None:
    """While one proxy has not acknowledged, nothing is deleted; the token is of the right kind."""
    with on_this_machine(ADDRESS), running(kube_fleet, tmp_path, 1) as stack:
        (server,) = stack.servers
        _pod(server)
        istiod = StandIn(server)
        with istiod.serving():
            _push(stack, config_map("kept") + config_map("used"))
            stack.settled()
            assert istiod.asked == []
            _push(stack, config_map("kept", "2"))
            until("istiod is asked again", lambda: len(istiod.asked) > 3)
            assert (value(server, "kept"), value(server, "used")) == ("2", "1")
            istiod.acked = "n1"
            stack.settled()
            assert value(server, "used") is None
        assert set(istiod.asked) == {"system:serviceaccount:istio-system:istio-multi"}
