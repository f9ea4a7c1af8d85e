"""A private PostgreSQL on a loopback port, from Debian's package."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.child.ports import free_ports
from tools.child.process import Child, ChildSpec
from tools.parts.missing import PartMissingError

START_TIMEOUT_S = 30.0
INITDB_TIMEOUT_S = 60
ACCOUNT = "postgres"
_DEBIAN = Path("/usr/lib/postgresql")
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60")


def programs() -> Path:
    """Give the folder with `initdb` and `postgres`, the newest version first; PartMissingError."""
    versions = [p for p in _DEBIAN.glob("*") if p.name.isdigit()]
    for version in sorted(versions, key=lambda path: -int(path.name)):
        if (version / "bin" / "initdb").is_file():
            return version / "bin"
    on_path = shutil.which("initdb")
    if on_path is not None:
        return Path(on_path).resolve().parent
    raise PartMissingError("postgres", "install Debian's package `postgresql`, or run ./dev parts")


@contextlib.contextmanager
def running() -> Iterator[str]:
    """Start a fresh cluster and give the URL of its database `postgres`, in libpq's form.

    Nothing in it survives: durability is off and the folder goes with it.
    """
    bin_folder = programs()
    (port,) = free_ports(1)
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        user = _account(Path(folder))
        data = Path(folder) / "data"
        _initdb(bin_folder, data, user)
        settings = (f"port={port}", "listen_addresses=127.0.0.1", *_FAST)
        options = [part for s in settings for part in ("-c", s)]
        command = [str(bin_folder / "postgres"), "-D", str(data), "-k", folder, *options]
        log = Path(folder) / "log"
        child = Child(ChildSpec("PostgreSQL", command, log, user=user, stop_signal=signal.SIGINT))
        try:
            child.wait_until("open its port", lambda: _answers(port, log), START_TIMEOUT_S)
            yield f"postgresql://{ACCOUNT}@127.0.0.1:{port}/postgres"
        finally:
            child.stop()


def _account(folder: Path) -> str | None:
    """Give the account to run as and let it have the folder: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    try:
        shutil.chown(folder, ACCOUNT, ACCOUNT)
    except LookupError as error:
        advice = f"root needs the account `{ACCOUNT}` to start it; run ./dev parts"
        raise PartMissingError("postgres", advice) from error
    return ACCOUNT


def _initdb(bin_folder: Path, data: Path, user: str | None) -> None:
    command = [str(bin_folder / "initdb"), "-D", str(data), "-U", ACCOUNT, "-A", "trust"]
    command += ["--no-sync", "--encoding=UTF8", "--locale=C"]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        timeout=INITDB_TIMEOUT_S,
        cwd=data.parent,
        user=user,
        group=user,
        extra_groups=[] if user else None,
    )


def _answers(port: int, log: Path) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
        return "ready to accept connections" in log.read_text(encoding="utf-8", errors="replace")
    return False
