"""The gitwatcher process: settings become parts, and the loop runs until SIGTERM."""

import gc
import signal
import sys
from pathlib import Path

import pydantic

from libs.adapters.git.credentials import credentials_of
from libs.adapters.git.limits import GitLimits
from libs.adapters.git.mirror import open_mirror
from libs.adapters.kustomize.binary import KustomizeBinary
from libs.adapters.records.file import FileRecords
from libs.adapters.records.mark import code_mark
from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.trigger.server import Answers, TriggerServer
from libs.adapters.trigger.waker import Waker
from libs.kernel import messages
from libs.meshapi import parse
from libs.ports.clock import Clock
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.gitwatcher.files import FileReader
from services.gitwatcher.loop import PAUSE_S_MAX, Loop
from services.gitwatcher.read import Reader
from services.gitwatcher.settings import GitwatcherSettings
from services.gitwatcher.work import Source

RECORDS_FILE = "periplus-parsed.records"
"""In the mirror's folder: what files were parsed into, by blob."""

_JUDGING_S_MAX = 600.0
"""Longest time that parsing and linting one commit may take before the process counts as stuck."""


def run(settings: GitwatcherSettings, steps: Steps) -> None:
    """Watch the repository until SIGTERM or SIGINT.

    Raises:
        StalledError: an address, a path, the repository or the Store cannot be used as set.
        TransientError: the Store cannot be reached now.
    """
    telemetry = set_up("gitwatcher", settings.telemetry)
    clock, waker = SystemClock(), Waker()
    source = _source(settings, clock, steps)
    records = FileRecords(settings.mirror / RECORDS_FILE, _mark())
    files = FileReader(source.repo, settings.blob_bytes_max, settings.set_bytes_max, records)
    kustomize = KustomizeBinary(settings.kustomize) if settings.kustomize else None
    reader = Reader(source.repo, files, kustomize)
    loop = Loop(source, reader, waker, SystemRng(), settings.poll_s)
    server = _server(settings, loop, clock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: waker.stop())
    gc.freeze()
    try:
        if server is not None:
            server.start()
        address = server.address if server is not None else None
        get_logger().info("gitwatcher ready", source=source.name, ref=source.ref, trigger=address)
        loop.run()
    finally:
        if server is not None:
            server.stop()
        telemetry.close()


def _mark() -> str:
    """Return the mark of the code that parses: what another release parsed is parsed again."""
    folders = [Path(str(module.__file__)).parent for module in (parse, messages)]
    return code_mark(folders, [pydantic.VERSION, sys.version])


def _source(settings: GitwatcherSettings, clock: Clock, steps: Steps) -> Source:
    limits = GitLimits(
        server_timeout_s=settings.server_timeout_s, fetch_timeout_s=settings.fetch_timeout_s
    )
    return Source(
        name=settings.source,
        ref=settings.ref,
        repo=open_mirror(
            settings.mirror,
            settings.repository,
            clock=clock,
            credentials=credentials_of(settings.username, settings.password, settings.ssh_key),
            limits=limits,
        ),
        store=open_store(settings.store_url),
        clock=clock,
        steps=steps,
        keep_revisions=settings.keep_revisions,
    )


def _server(settings: GitwatcherSettings, loop: Loop, clock: Clock) -> TriggerServer | None:
    if not settings.trigger:
        return None
    pass_s_max = settings.fetch_timeout_s + PAUSE_S_MAX + settings.poll_s + _JUDGING_S_MAX
    answers = Answers(
        trigger=lambda: loop.waker.trigger(clock.now_s()),
        alive=lambda: loop.is_alive(pass_s_max),
        ready=loop.is_ready,
    )
    return TriggerServer(settings.trigger, answers)
