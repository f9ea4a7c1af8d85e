"""A private Prometheus from Debian's package that scrapes what a test names."""

import contextlib
import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.parts.missing import PartMissingError
from tools.parts.zipkin import is_healthy

START_TIMEOUT_S = 30.0
SCRAPE = "500ms"
_DEBIAN = Path("/usr/bin/prometheus")


def program() -> Path:
    """Give the binary; PartMissingError when it is not there."""
    found = shutil.which("prometheus") or (str(_DEBIAN) if _DEBIAN.is_file() else None)
    if found is None:
        raise PartMissingError(
            "prometheus", "install Debian's package `prometheus`, or run ./dev parts"
        )
    return Path(found)


@contextlib.contextmanager
def running(targets: Mapping[str, str]) -> Iterator[str]:
    """Start a server and give its URL.

    `targets` are `host:port` of Envoy's admin pages by the name that the label `cluster` gets.
    """
    binary = program()
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory(prefix="prometheus-", ignore_cleanup_errors=True) as folder:
        config = Path(folder) / "prometheus.yml"
        config.write_text(json.dumps(_config(targets)), encoding="utf-8")
        command = [str(binary), f"--config.file={config}", f"--storage.tsdb.path={folder}/data"]
        command += [f"--web.listen-address=127.0.0.1:{port}", "--log.level=warn"]
        child = Child(ChildSpec("Prometheus", command, Path(folder) / "log"))
        try:
            child.wait_until("get ready", lambda: is_healthy(f"{url}/-/ready"), START_TIMEOUT_S)
            yield url
        finally:
            child.stop()


def _config(targets: Mapping[str, str]) -> dict[str, object]:
    """JSON is YAML."""
    scraped = [
        {"targets": [address], "labels": {"cluster": name}} for name, address in targets.items()
    ]
    job = {"job_name": "envoy", "metrics_path": "/stats/prometheus", "static_configs": scraped}
    return {
        "global": {"scrape_interval": SCRAPE, "scrape_timeout": SCRAPE},
        "scrape_configs": [job],
    }
