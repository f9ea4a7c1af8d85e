"""An admission webhook of a test: rejects, changes, or hangs."""

import base64
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tools.kubeapi.server import ApiServer

Judge = Callable[[dict[str, Any]], dict[str, Any]]
"""Takes the object of a request; returns the response but for its uid."""


def rejecting(reason: str) -> Judge:
    """Return a judge that says no."""
    return lambda _: {"allowed": False, "status": {"message": reason}}


def adding(name: str, values: Iterator[str]) -> Judge:
    """Return a judge that sets a label to the next of some values."""

    def judge(obj: dict[str, Any]) -> dict[str, Any]:
        labels = {**obj["metadata"].get("labels", {}), name: next(values)}
        patch = [{"op": "add", "path": "/metadata/labels", "value": labels}]
        encoded = base64.b64encode(json.dumps(patch).encode()).decode()
        return {"allowed": True, "patchType": "JSONPatch", "patch": encoded}

    return judge


@contextmanager
def webhook(server: ApiServer, judge: Judge) -> Iterator[str]:
    """Serve a webhook with the server's own certificate; give its URL."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            review = json.loads(self.rfile.read(length))
            request = review["request"]
            review["response"] = {"uid": request["uid"], **judge(request["object"])}
            body = json.dumps(review).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*server.credentials.serving)
    http.socket = context.wrap_socket(http.socket, server_side=True)
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"https://127.0.0.1:{http.server_address[1]}/"
    finally:
        http.shutdown()
        http.server_close()


@contextmanager
def hanging() -> Iterator[str]:
    """Take connections and never say a word; give the URL."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"https://127.0.0.1:{listener.getsockname()[1]}/"


def register(server: ApiServer, url: str, kind: str) -> None:
    """Ask a webhook about ConfigMaps of `default`. `kind` is Mutating or Validating."""
    authority = base64.b64encode(server.ca_file.read_bytes()).decode()
    hook = {
        "name": "test.example.com",
        "clientConfig": {"url": url, "caBundle": authority},
        "rules": [
            {
                "apiGroups": [""],
                "apiVersions": ["v1"],
                "operations": ["CREATE", "UPDATE"],
                "resources": ["configmaps"],
            }
        ],
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "timeoutSeconds": 1,
        "failurePolicy": "Fail",
    }
    body = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": f"{kind}WebhookConfiguration",
        "metadata": {"name": "test"},
        "webhooks": [hook],
    }
    path = f"/apis/admissionregistration.k8s.io/v1/{kind.lower()}webhookconfigurations"
    server.call("POST", path, body)


def unregister(server: ApiServer, kind: str) -> None:
    """Ask nobody any more."""
    path = f"/apis/admissionregistration.k8s.io/v1/{kind.lower()}webhookconfigurations/test"
    server.call("DELETE", path)
