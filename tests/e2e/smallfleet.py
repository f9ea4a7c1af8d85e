"""The smallest fleet that is real: one repository, one static cluster, one caller, two versions.

The caller's Envoy listens on a loopback address of this fleet alone; the two versions of service
`hello` are plain HTTP servers. Every process of Periplus can be started, killed and started again.
"""

import http.client
import itertools
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tools.child.process import Child, ChildSpec
from tools.up import supervisor as up
from tools.up.options import UpOptions, children

_NUMBERS = itertools.count(os.getpid() * 8)
DEADLINE_S = 20.0

FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: small}
spec:
  sets:
  - name: hello
    paths: [configs/hello]
    clusters: {matchLabels: {env: test}}
"""
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east, labels: {env: test}}
spec:
  connection: {static: {}}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata: {name: hello, namespace: default}
spec:
  selector: {app: hello}
  ports: [{name: http, port: 8000, targetPort: http}]
"""
SUBSETS = """\
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: hello, namespace: default}
spec:
  host: hello
  subsets:
  - {name: v1, labels: {version: v1}}
  - {name: v2, labels: {version: v2}}
"""
_LIMITED = """\
apiVersion: networking.istio.io/v1alpha3
kind: EnvoyFilter
metadata: {name: limit, namespace: default}
spec:
  workloadSelector: {labels: {app: caller}}
  configPatches:
  - applyTo: HTTP_FILTER
    match:
      context: SIDECAR_OUTBOUND
      listener:
        filterChain:
          filter:
            name: envoy.filters.network.http_connection_manager
            subFilter: {name: envoy.filters.http.router}
    patch:
      operation: INSERT_BEFORE
      value:
        name: envoy.filters.http.local_ratelimit
        typed_config:
          "@type": type.googleapis.com/TYPE
          stat_prefix: limit
""".replace("TYPE", "envoy.extensions.filters.http.local_ratelimit.v3.LocalRateLimit")


def route_to(subset: str) -> str:
    """Return a VirtualService that sends everything to one subset."""
    return f"""\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {{name: hello, namespace: default}}
spec:
  hosts: [hello]
  http:
  - route:
    - destination: {{host: hello, subset: {subset}}}
"""


def limited(*settings: str) -> str:
    """Return an EnvoyFilter that gives the caller Envoy's local rate limit with these settings."""
    lines = "".join(f"          {one}\n" for one in settings)
    return f"{_LIMITED}{lines}"


def workload(version: str, port: int) -> str:
    """Return one instance of the service on this machine."""
    return f"""\
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: hello-{version}, namespace: default}}
spec:
  address: 127.0.0.1
  ports: {{http: {port}}}
  labels: {{app: hello, version: {version}}}
"""


def caller(address: str) -> str:
    """Return the caller's workload, and a Sidecar whose egress listens on the caller's address."""
    return f"""\
apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {{name: caller, namespace: default}}
spec: {{address: {address}, labels: {{app: caller}}}}
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: caller, namespace: default}}
spec:
  workloadSelector: {{labels: {{app: caller}}}}
  egress:
  - port: {{number: 8000, protocol: HTTP, name: http}}
    bind: {address}
    captureMode: NONE
    hosts: ["./*"]
"""


def until(condition: Callable[[], bool], what: str, deadline_s: float = DEADLINE_S) -> None:
    """Wait for a condition; fail naming what was waited for."""
    end = time.monotonic() + deadline_s
    while not condition():
        if time.monotonic() > end:
            message = f"not within {deadline_s} s: {what}"
            raise AssertionError(message)
        time.sleep(0.02)


@dataclass(slots=True)
class Processes:
    """The services of one `periplus up`, each under the test's own control."""

    specs: Mapping[str, up.ChildSpec]
    log: Path
    running: dict[str, Child] = field(default_factory=dict)

    @classmethod
    def of(cls, options: UpOptions) -> "Processes":
        """Take the commands and settings that `periplus up` uses."""
        options.state.mkdir(parents=True, exist_ok=True)
        specs = {spec.name: spec for spec in children(options)}
        return cls(specs, options.state / "log.jsonl")

    def start(self, name: str, kill_at: str | None = None) -> None:
        """Start a service, to be killed right after a step if one is named."""
        spec = self.specs[name]
        command = spec.argv
        if kill_at is not None:
            command = (sys.executable, "-m", "tests.e2e.killable", name, kill_at)
        self.running[name] = Child(ChildSpec(name, command, self.log, spec.env))

    def stop(self, name: str) -> None:
        """End a service."""
        self.running.pop(name).stop(DEADLINE_S)

    def wait_killed(self, name: str) -> None:
        """Wait until a service was killed at its step."""
        until(lambda: self.running[name].status is not None, f"{name} is killed at its step")
        assert self.running.pop(name).status == -signal.SIGKILL

    def start_all(self) -> None:
        """Start every service."""
        for name in self.specs:
            self.start(name)

    def stop_all(self) -> None:
        """End every service that runs."""
        for name in list(self.running):
            self.stop(name)


@dataclass(slots=True)
class Load:
    """Asks the caller's Envoy without a pause and remembers what came back."""

    address: str
    port: int = 8000
    answers: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def once(self) -> str:
        """Ask once; return the body, or what went wrong in brackets."""
        connection = http.client.HTTPConnection(self.address, self.port, timeout=5)
        try:
            connection.request("GET", "/", headers={"host": "hello:8000"})
            response = connection.getresponse()
            body = response.read().decode()
        except OSError as error:
            return f"<{type(error).__name__}>"
        finally:
            connection.close()
        return body if response.status == 200 else f"<{response.status} {body}>"

    def run(self) -> None:
        """Ask until stopped."""
        while not self.stopping.wait(0.005):
            self.answers.append(self.once())

    @contextmanager
    def constant(self) -> Iterator["Load"]:
        """Run beside a block."""
        thread = threading.Thread(target=self.run, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.stopping.set()
            thread.join(10)

    @property
    def failed(self) -> list[str]:
        """What came back that is no answer of a version."""
        return [answer for answer in self.answers if answer not in ("v1", "v2")]


def fresh_loopback_address() -> str:
    """Return an address of this machine that no other fleet of this run uses."""
    number = next(_NUMBERS)
    return f"127.{100 + number // 62_500 % 100}.{1 + number // 250 % 250}.{1 + number % 250}"
