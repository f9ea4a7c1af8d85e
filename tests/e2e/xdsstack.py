"""A frontend process, Envoys and backends around a scripted compiler."""

import http.client
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from tests.e2e.answers import answering
from tests.e2e.xdscompiler import ScriptedCompiler
from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.envoy.process import EnvoyProcess

ROOT = Path(__file__).parent.parent.parent
NODE = "sidecar~127.0.0.1~web.default~default.svc.cluster.local"


@dataclass
class Stack:
    """What one test runs. Everything it starts ends with the test."""

    folder: Path
    exits: ExitStack
    port: int = 0
    env: dict[str, str] = field(default_factory=dict)
    _frontends: int = 0

    @property
    def feed(self) -> str:
        """Address of the feed; the compiler may come and go."""
        return f"unix:{self.folder / 'feed.sock'}"

    def compiler(self, **options: Any) -> ScriptedCompiler:
        """Start a compiler."""
        compiler = ScriptedCompiler(self.feed, **options)
        self.exits.callback(compiler.stop)
        return compiler

    def frontend(self, *, wait: bool = True, **env: str) -> Child:
        """Start a frontend and wait until it listens; a later one gets the same address."""
        if not self.port:
            self.port = free_ports(1)[0]
        self._frontends += 1
        settings = {"LISTEN": f"127.0.0.1:{self.port}", "FEED": self.feed, "PLAINTEXT": "loopback"}
        settings |= {**self.env, **env}
        child = Child(
            ChildSpec(
                "frontend",
                [sys.executable, "-m", "services.xds"],
                self.folder / f"xds{self._frontends}.log",
                {f"PERIPLUS_XDS_{key}": value for key, value in settings.items()}
                | {"PYTHONPATH": str(ROOT)},
            )
        )
        self.exits.callback(child.stop)
        if wait:
            child.wait_until("listen", lambda: '"xds ready"' in child.spec.log.read_text(), 20)
        return child

    def envoy(self, *, delta: bool, node: str = NODE, load_reports: bool = False) -> EnvoyProcess:
        """Start an Envoy that gets everything from the frontend."""
        settings = BootstrapSettings(
            node_id=node,
            xds_host="127.0.0.1",
            xds_port=self.port,
            admin_port=0,
            delta=delta,
            load_reports=load_reports,
        )
        return self.exits.enter_context(EnvoyProcess(bootstrap(settings)))

    def caller(self, port: int) -> "Caller":
        """Prepare calls to one listener."""
        caller = Caller(port)
        self.exits.callback(caller.close)
        return caller

    def load(self, port: int) -> "Load":
        """Call one listener all the time, as long as the returned context lasts."""
        return Load(self.caller(port))

    def backend(self, name: str) -> int:
        """Start an HTTP server that answers with its name; return its port."""
        return self.exits.enter_context(answering(name))


@contextmanager
def stack(folder: Path) -> Iterator[Stack]:
    """Make a stack in a folder of its own."""
    with ExitStack() as exits:
        yield Stack(folder, exits)


class Caller:
    """Calls one listener over one kept connection."""

    def __init__(self, port: int) -> None:
        """Connect at the first call."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)

    def close(self) -> None:
        """Let go of the connection."""
        self._connection.close()

    def get(self) -> str:
        """Return the body of a success, else the status as text."""
        self._connection.request("GET", "/")
        response = self._connection.getresponse()
        body = response.read().decode()
        return body if response.status == http.client.OK else str(response.status)


class Load:
    """Calls a listener all the time in a thread, and counts what came back."""

    def __init__(self, caller: Caller) -> None:
        """Prepare; calls start with the context."""
        self.answers: dict[str, int] = {}
        self.errors: list[str] = []
        self._caller = caller
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Start calling."""
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop calling."""
        self._stopping.set()
        self._thread.join(10)

    def _run(self) -> None:
        while not self._stopping.wait(0.002):
            try:
                answer = self._caller.get()
            except OSError as error:
                self.errors.append(repr(error))
                return
            self.answers[answer] = self.answers.get(answer, 0) + 1


def eventually(check: Callable[[], bool], timeout_s: float = 10.0) -> bool:
    """Ask again and again until it is so; False after the timeout."""
    waiting = threading.Event()
    for _ in range(int(timeout_s / 0.01)):
        if check():
            return True
        waiting.wait(0.01)
    return False


def resident_kb(pid: int) -> int:
    """Memory of a process that is not shared or swapped out, in KiB."""
    rows = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(row.split()[1]) for row in rows if row.startswith("VmRSS:"))
