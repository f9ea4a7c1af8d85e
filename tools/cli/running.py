"""`periplus up` and `periplus demo`: commands that run until they are done or stopped."""

import os
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from tools.cli.errors import UnusableError
from tools.cli.output import Format

DEFAULT_STATE = Path("periplus-state")


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Doors:
    """Where Envoys connect, and as whom; who signs for them; what else is reached, and how."""

    xds_address: str = "127.0.0.1:15010"
    """Where Envoys connect; beyond this machine only with an identity"""
    xds_identity: Path | None = None
    """Folder of `periplus ca issue`: Envoys then show certificates, and get what is for those"""
    ca_authorities: Path | None = None
    """Folder with the values of each cluster's `cacerts`: an authority then signs for workloads"""
    ca_address: str = "127.0.0.1:15012"
    """Where workloads with a token ask the authority"""
    ca_mutual_address: str = "127.0.0.1:15013"
    """Where they renew by their present certificate"""
    kubeconfig: Path | None = None
    """File with the contexts that clusters name; without it no API server is watched or written"""
    home_context: str = ""
    """Context of the cluster whose Secrets hold the kubeconfigs of others"""
    kubeconfig_exec: Annotated[bool, Parameter(negative="")] = False
    """Run programs that the kubeconfig names (`exec`) for credentials"""
    previews: Annotated[bool, Parameter(negative="")] = False
    """Preview pull requests at the forge that PERIPLUS_PREVIEWER_FORGE and others name"""

    def given(self) -> dict[str, Any]:
        """Return the fields as `UpOptions` has them, with paths that hold in every folder."""
        found = {one.name: getattr(self, one.name) for one in fields(self)}
        return {
            name: value.absolute() if isinstance(value, Path) else value
            for name, value in found.items()
        }


def up(  # noqa: PLR0913 - one parameter for each option of a user
    *,
    repository: str,
    state: Path = DEFAULT_STATE,
    branch: str = "main",
    doors: Doors = Doors(),
    trigger_address: str = "127.0.0.1:15080",
    store: str = "",
    poll_s: float = 1.0,
    spans: str = "none",
    span_endpoint: str = "",
    log_level: str = "info",
) -> int:
    """Run all services on this machine until SIGTERM or Ctrl-C.

    Parameters
    ----------
    repository
        URL or path of the git repository with the fleet's configuration.
    state
        Folder for the mirror, the database and sockets; made when it is not there.
    branch
        Branch that is followed.
    trigger_address
        Where `POST /trigger` says that the repository may have changed.
    store
        SQLAlchemy URL of the database; SQLite in the state folder when not given.
    poll_s
        Longest time between two looks at the repository, in seconds.
    spans
        Exporter of traces: none, otlp, zipkin or file.
    span_endpoint
        Where traces go: a URL, or a file.
    log_level
        debug, info, warning or error.
    """
    from tools.up.main import run
    from tools.up.options import UpOptions

    _positive("--poll-s", poll_s)
    if doors.previews and "PERIPLUS_PREVIEWER_FORGE" not in os.environ:
        raise UnusableError("--previews: set PERIPLUS_PREVIEWER_FORGE and the settings beside it")
    run(
        UpOptions(
            repository=repository,
            state=_roomy(state.absolute()),
            branch=branch,
            **doors.given(),
            trigger_address=trigger_address,
            store_url=store,
            poll_s=poll_s,
            spans=spans,
            span_endpoint=span_endpoint,
            log_level=log_level,
        )
    )
    return 0


def _positive(option: str, seconds: float) -> None:
    if seconds <= 0:
        raise UnusableError(f"{option} is {seconds}; write a number of seconds above 0")


def _roomy(state: Path) -> Path:
    from tools.up.options import leave_room

    try:
        leave_room(state)
    except OSError as error:
        raise UnusableError(f"--state {error.filename}: {error.strerror}") from error
    return state


def demo(
    *,
    once: Annotated[bool, Parameter(negative="")] = False,
    pushes: int = 0,
    spans: str = "none",
    span_endpoint: str = "",
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Run a mesh of real Envoys here, push to it step by step, and show when traffic follows.

    Parameters
    ----------
    once
        Stop when the story is told, and print all figures as one line of JSON last.
    pushes
        Push so many canary commits more after the story, to measure latency.
    spans
        Exporter of traces, which show where the time goes: none, otlp, zipkin or file.
    span_endpoint
        Where traces go: a URL, or a file.
    output
        text, or json for nothing but the line of JSON.
    """
    from tools.demo.main import DemoOptions, run

    if pushes < 0:
        raise UnusableError(f"--pushes is {pushes}; write 0 or more")
    tracing = ("--spans", spans, "--span-endpoint", span_endpoint)
    return run(
        DemoOptions(
            once=once,
            pushes=pushes,
            as_json=output is Format.JSON,
            up_options=tracing if spans != "none" else (),
        )
    )
