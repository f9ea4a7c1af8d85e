"""A Zipkin server from Maven's repository, run by the local Java."""

import contextlib
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.parts.missing import PartMissingError
from tools.sidewheels.fetch import cache_dir

VERSION = "3.5.1"
COORDINATES = f"io.zipkin:zipkin-server:{VERSION}:jar:exec"
START_TIMEOUT_S = 90.0


def program() -> Path:
    """Give the server's jar; PartMissingError when it or Java is not there."""
    jar = cache_dir() / f"zipkin-server-{VERSION}-exec.jar"
    if shutil.which("java") is None:
        raise PartMissingError("zipkin", "install a Java 17 or newer, then run ./dev parts")
    if not jar.is_file():
        raise PartMissingError("zipkin", "run ./dev parts, which fetches the server with Maven")
    return jar


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a server that keeps spans in memory and give its URL; spans go to `/api/v2/spans`."""
    jar = program()
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="zipkin-", ignore_cleanup_errors=True) as folder:
        memory = ["-Xms32m", "-Xmx192m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        command = ["java", *memory, f"-Djava.io.tmpdir={folder}", "-jar", str(jar)]
        env = {"QUERY_PORT": str(port), "SELF_TRACING_ENABLED": "false"}
        child = Child(ChildSpec("Zipkin", command, Path(folder) / "log", extra_env=env))
        try:
            child.wait_until("get healthy", lambda: is_healthy(f"{url}/health"), START_TIMEOUT_S)
            yield url
        finally:
            child.stop()


def is_healthy(url: str) -> bool:
    """Tell whether a page answers with success."""
    with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - the caller's loopback address
        return 200 <= int(answer.status) < 300
    return False
