"""One API server: started and stopped on the same port over the same data, and talked to."""

import contextlib
import json
import os
import signal
import ssl
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import OK
from pathlib import Path
from typing import Any, Literal

from tools.child.process import Child, ChildSpec
from tools.kubeapi.credentials import Credentials
from tools.kubeapi.programs import Programs

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
REQUEST_TIMEOUT_S = 30.0
ADMIN = "admin"
JSON = "application/json"
APPLY = "application/apply-patch+yaml"

AuditLevel = Literal["Metadata", "Request", "RequestResponse"]
_OWN_SERVICE = "/api/v1/namespaces/default/services/kubernetes"
"""What a server makes last when it starts."""


@dataclass(frozen=True, slots=True)
class ServerSpec:
    """What a server is to be.

    `users` maps further users to their groups; what they may do is RBAC. `audit` writes a log of
    requests. `flags` go to `kube-apiserver` last.
    """

    name: str
    users: Mapping[str, Sequence[str]] = field(default_factory=dict)
    audit: AuditLevel | None = None
    service_cidr: str = "10.96.0.0/16"
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """What a server is given: programs, its own folder and port, the fleet's etcd and keys."""

    programs: Programs
    credentials: Credentials
    folder: Path
    port: int
    etcd_url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and JSON of a reply; `body` is what Kubernetes calls a Status on an error."""

    status: int
    body: Any


class ApiServer:
    """An API server. Its address, tokens and data stay the same when it is started again."""

    def __init__(self, spec: ServerSpec, place: Place) -> None:
        """Write what it reads; `launch` starts it."""
        self.spec = spec
        self._place = place
        self._child: Child | None = None
        users: dict[str, Sequence[str]] = {ADMIN: ["system:masters"], **spec.users}
        lines = [f'{self.token(u)},{u},{u},"{",".join(groups)}"\n' for u, groups in users.items()]
        place.folder.mkdir()
        (place.folder / "tokens.csv").write_text("".join(lines), encoding="utf-8")
        policy = {
            "apiVersion": "audit.k8s.io/v1",
            "kind": "Policy",
            "omitStages": ["RequestReceived"],
            "rules": [{"level": spec.audit or "None"}],
        }
        (place.folder / "audit.yaml").write_text(json.dumps(policy), encoding="utf-8")
        self._tls = ssl.create_default_context(cafile=str(place.credentials.authority))

    @property
    def name(self) -> str:
        """Name within the fleet."""
        return self.spec.name

    @property
    def url(self) -> str:
        """Base of every path, with scheme and port."""
        return f"https://127.0.0.1:{self._place.port}"

    @property
    def ca_file(self) -> Path:
        """Certificate of the authority that signed the server's."""
        return self._place.credentials.authority

    @property
    def credentials(self) -> Credentials:
        """Keys of the fleet, which also make client certificates."""
        return self._place.credentials

    @property
    def log(self) -> Path:
        """What the server says."""
        return self._place.folder / "log"

    def token(self, user: str = ADMIN) -> str:
        """Return the bearer token of a user of the spec, or of the administrator."""
        return f"token-of-{user}-at-{self.spec.name}"

    def launch(self) -> None:
        """Start the process and return at once."""
        command = [str(self._place.programs.api_server), *self._flags()]
        self._child = Child(ChildSpec(f"API server {self.name}", command, self.log))

    def wait_until_ready(self) -> None:
        """Return when it serves and has made what it makes by itself; ChildError when it ends."""
        self._running().wait_until("get ready", self._is_ready, START_TIMEOUT_S)

    def start(self) -> None:
        """Start it, also once more, and return when it is ready."""
        self.launch()
        self.wait_until_ready()

    @property
    def is_running(self) -> bool:
        """Whether its process is there."""
        return self._child is not None and self._child.status is None

    def stop(self) -> None:
        """End it in order, which takes a second. May be repeated."""
        if self._child is not None:
            self.resume()
            self._child.stop(STOP_TIMEOUT_S)

    def kill(self) -> None:
        """End it as a crash would. May be repeated."""
        if self._child is not None:
            self._child.kill()

    def pause(self) -> None:
        """Let it hang: connections are taken, nothing is answered."""
        os.kill(self._running().pid, signal.SIGSTOP)

    def resume(self) -> None:
        """End a pause."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._running().pid, signal.SIGCONT)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = ADMIN,
        content_type: str = JSON,
        timeout_s: float = REQUEST_TIMEOUT_S,
    ) -> Answer:
        """Send one request and return what comes, errors of the server included.

        Raises `OSError` where nobody answers.
        """
        headers = {"Authorization": f"Bearer {self.token(user)}", "Content-Type": content_type}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, headers, method=method)  # noqa: S310 - our own https address
        try:
            reply = urllib.request.urlopen(request, timeout=timeout_s, context=self._tls)  # noqa: S310 - as above
        except urllib.error.HTTPError as error:
            reply = error
        with reply:
            raw = reply.read()
            is_json = JSON in reply.headers.get("Content-Type", "")
            return Answer(reply.status, json.loads(raw) if is_json else raw.decode())

    def apply(self, path: str, obj: Any, manager: str = "test", *, query: str = "") -> Answer:
        """Apply an object on the server's side; `query` adds parameters such as `&dryRun=All`."""
        where = f"{path}?fieldManager={manager}{query}"
        return self.call("PATCH", where, obj, content_type=APPLY)

    def kubeconfig(self, user: str = ADMIN, namespace: str = "default") -> Path:
        """Write and return a kubeconfig whose only context has the server's name."""
        cluster = {"server": self.url, "certificate-authority": str(self.ca_file)}
        context = {"cluster": self.name, "user": user, "namespace": namespace}
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": self.name, "cluster": cluster}],
            "users": [{"name": user, "user": {"token": self.token(user)}}],
            "contexts": [{"name": self.name, "context": context}],
            "current-context": self.name,
        }
        path = self._place.folder / f"kubeconfig-{user}-{namespace}"
        path.write_text(json.dumps(content), encoding="utf-8")
        return path

    def kubectl(
        self, *arguments: str, text: str | None = None, timeout_s: float = REQUEST_TIMEOUT_S
    ) -> "subprocess.CompletedProcess[str]":
        """Run kubectl as the administrator; `text` is its standard input."""
        command = [str(self._place.programs.kubectl), "--kubeconfig", str(self.kubeconfig())]
        return subprocess.run(
            [*command, "--cache-dir", str(self._place.folder / "discovery"), *arguments],
            input=text,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    @property
    def audit_bytes(self) -> int:
        """Length of the audit log so far; 0 without `audit`."""
        try:
            return (self._place.folder / "audit.log").stat().st_size
        except FileNotFoundError:
            return 0

    def audited(self, start: int = 0) -> Iterator[dict[str, Any]]:
        """Give the events of the audit log from a byte on, oldest first; none without `audit`."""
        with (
            contextlib.suppress(FileNotFoundError),
            (self._place.folder / "audit.log").open("rb") as log,
        ):
            log.seek(start)
            for line in log:
                # What is just being written is for the next time.
                if line.endswith(b"\n"):
                    yield json.loads(line)

    def _running(self) -> Child:
        if self._child is None:
            raise RuntimeError(f"API server {self.name} was never started")
        return self._child

    def _is_ready(self) -> bool:
        try:
            return (
                self.call("GET", "/readyz").status == OK
                and self.call("GET", "/api/v1/namespaces/default").status == OK
                and self.call("GET", _OWN_SERVICE).status == OK
            )
        except OSError:
            return False

    def _flags(self) -> Iterator[str]:
        folder, keys = self._place.folder, self._place.credentials
        given = {
            "advertise-address": "127.0.0.1",
            "api-audiences": "api",
            "authorization-mode": "RBAC",
            "bind-address": "127.0.0.1",
            "cert-dir": folder,
            "client-ca-file": keys.authority,
            "disable-admission-plugins": "ServiceAccount",
            "endpoint-reconciler-type": "none",
            "etcd-prefix": f"/{self.name}",
            "etcd-servers": self._place.etcd_url,
            "secure-port": self._place.port,
            "service-account-issuer": "https://kubernetes.default.svc",
            "service-account-key-file": keys.accounts[0],
            "service-account-signing-key-file": keys.accounts[1],
            "service-cluster-ip-range": self.spec.service_cidr,
            "tls-cert-file": keys.serving[0],
            "tls-private-key-file": keys.serving[1],
            "token-auth-file": folder / "tokens.csv",
        }
        if self.spec.audit is not None:
            given |= {
                "audit-log-mode": "blocking",
                "audit-log-path": folder / "audit.log",
                "audit-policy-file": folder / "audit.yaml",
            }
        yield from (f"--{name}={value}" for name, value in given.items())
        yield from self.spec.flags
