"""The previewer process: settings become parts, and the loop runs until SIGTERM."""

import signal
from collections.abc import Mapping
from typing import Final

from libs.adapters.forges.account import Account
from libs.adapters.forges.bitbucket import Bitbucket
from libs.adapters.forges.gitea import Gitea
from libs.adapters.forges.github import GitHub
from libs.adapters.forges.gitlab import GitLab
from libs.adapters.forges.webhooks import ForgeKind
from libs.adapters.git.credentials import credentials_of
from libs.adapters.git.mirror import open_mirror
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.trigger.server import Answers, TriggerServer
from libs.adapters.trigger.waker import Waker
from libs.ports.clock import Clock
from libs.ports.forge import Forge
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.previewer.loop import Loop
from services.previewer.onepass import Shop
from services.previewer.pages import Pages
from services.previewer.reading import Limits
from services.previewer.settings import PreviewerSettings

_PASS_S_MAX: Final = 1_800.0
"""Longest time that one look at the forge may take before the process counts as stuck."""

_FORGES: Final[Mapping[ForgeKind, type[GitHub | GitLab | Gitea | Bitbucket]]] = {
    ForgeKind.GITHUB: GitHub,
    ForgeKind.GITLAB: GitLab,
    ForgeKind.GITEA: Gitea,
    ForgeKind.BITBUCKET: Bitbucket,
}


def run(settings: PreviewerSettings, _steps: Steps) -> None:
    """Preview pull requests until SIGTERM or SIGINT.

    Raises:
        StalledError: an address, a path or the repository cannot be used as set.
    """
    telemetry = set_up("previewer", settings.telemetry)
    clock, waker = SystemClock(), Waker()
    loop = Loop(_shop(settings, clock), waker, clock, SystemRng(), settings.poll_s)
    server = _server(settings, loop)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: waker.stop())
    try:
        if server is not None:
            server.start()
        address = server.address if server is not None else None
        get_logger().info("previewer ready", forge=settings.forge, trigger=address)
        loop.run()
    finally:
        if server is not None:
            server.stop()
        telemetry.close()


def _shop(settings: PreviewerSettings, clock: Clock) -> Shop:
    credentials = credentials_of(settings.username, settings.password, settings.ssh_key)
    return Shop(
        forge=_forge(settings, clock),
        repo=open_mirror(
            settings.mirror, settings.repository, clock=clock, credentials=credentials
        ),
        limits=Limits(settings.blob_bytes_max, settings.tree_bytes_max),
        repository=settings.forge_repository,
        pages=Pages(settings.pages, settings.pages_url) if settings.pages is not None else None,
    )


def _forge(settings: PreviewerSettings, clock: Clock) -> Forge:
    account = Account(
        settings.forge_url,
        settings.forge_repository,
        settings.forge_login,
        settings.forge_token,
        settings.forge_checks,
    )
    return _FORGES[settings.forge](account, clock)


def _server(settings: PreviewerSettings, loop: Loop) -> TriggerServer | None:
    if not settings.trigger:
        return None
    answers = Answers(
        trigger=lambda: loop.waker.trigger(loop.clock.now_s()),
        alive=lambda: loop.is_alive(_PASS_S_MAX + settings.poll_s),
        ready=loop.is_ready,
    )
    return TriggerServer(settings.trigger, answers)
