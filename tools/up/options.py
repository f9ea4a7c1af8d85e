"""What `periplus up` runs: the options of a user, turned into the processes of one machine."""

import errno
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import libs
from tools.up.supervisor import ChildSpec

ROOT = Path(libs.__file__).parent.parent
"""Folder that holds `libs` and `services`: the checkout, or the private folder of the wheel."""

_SOCKET_PATH_BYTES_MAX = 107
"""What unix(7) gives the path of a socket on Linux, without the zero at its end."""
_FEED, _STATUS = "feed.sock", "status.sock"


def leave_room(state: Path) -> None:
    """Raise OSError when a state folder's path is so long that no socket fits below it."""
    longest = max(len(os.fsencode(state / name)) for name in (_FEED, _STATUS))
    if longest > _SOCKET_PATH_BYTES_MAX:
        raise OSError(
            errno.ENAMETOOLONG,
            "a socket below this folder would have too long a path; choose a folder whose path is "
            f"at least {longest - _SOCKET_PATH_BYTES_MAX} bytes shorter",
            str(state),
        )


@dataclass(frozen=True, slots=True)
class UpOptions:
    """One source, one state folder, loopback addresses.

    `store_url` empty means SQLite in the state folder. `xds_identity` is a folder with `chain.pem`,
    `key.pem` and `roots.pem`, for TLS with proxies; without one only this machine may connect.
    `ca_authorities` is a folder with the values of each cluster's `cacerts`; with one an authority
    signs for workloads as well. `kubeconfig` has the contexts that clusters name, `home_context`
    that of the cluster whose Secrets hold the kubeconfigs of others; `kubeconfig_exec` lets its
    programs be run. Without a kubeconfig no API server is read or written. With `previews`
    pull requests are previewed, and deliveries of their forge taken. Without `rollouts`, a fleet
    with a strategy is never moved. `spans` and `span_endpoint` are those of
    `libs.telemetry.settings`.
    """

    repository: str
    state: Path
    branch: str = "main"
    xds_address: str = "127.0.0.1:15010"
    xds_identity: Path | None = None
    ca_authorities: Path | None = None
    ca_address: str = "127.0.0.1:15012"
    ca_mutual_address: str = "127.0.0.1:15013"
    trigger_address: str = "127.0.0.1:15080"
    kubeconfig: Path | None = None
    previews: bool = False
    rollouts: bool = True
    home_context: str = ""
    kubeconfig_exec: bool = False
    store_url: str = ""
    poll_s: float = 1.0
    spans: str = "none"
    span_endpoint: str = ""
    log_level: str = "info"

    def __post_init__(self) -> None:
        """Raise OSError as `leave_room` does."""
        leave_room(self.state)

    @property
    def store(self) -> str:
        """URL of the Store."""
        return self.store_url or f"sqlite:///{self.state / 'periplus.sqlite'}"

    @property
    def feed(self) -> str:
        """Address of the feed: a Unix socket, so that no other machine can reach it."""
        return f"unix:{self.state / _FEED}"

    @property
    def status(self) -> str:
        """Address of the frontend's status service, which tells what each proxy has."""
        return f"unix:{self.state / _STATUS}"


def children(options: UpOptions) -> tuple[ChildSpec, ...]:
    """Return the services in the order in which they start; none waits for another."""
    telemetry = {
        "SPANS": options.spans,
        "ENDPOINT": options.span_endpoint,
        "LOG_LEVEL": options.log_level,
    }
    return (
        _service("xds", _xds(options), telemetry),
        _service(
            "compiler",
            {"STORE_URL": options.store, "FEED": options.feed, **_reached(options)},
            telemetry,
        ),
        _service(
            "gitwatcher",
            {
                "SOURCE": "fleet",
                "REPOSITORY": options.repository,
                "BRANCH": options.branch,
                "MIRROR": str(options.state / "mirror.git"),
                "STORE_URL": options.store,
                "POLL_S": str(options.poll_s),
                "TRIGGER": options.trigger_address,
            },
            telemetry,
        ),
        *_authority(options, telemetry),
        *_reconciler(options, telemetry),
        *_rollout(options, telemetry),
        *_previews(options, telemetry),
    )


def _previews(options: UpOptions, telemetry: dict[str, str]) -> tuple[ChildSpec, ...]:
    """What they need to know of the forge is in the environment, for it holds secrets."""
    if not options.previews:
        return ()
    pages = str(options.state / "previews")
    mirror = str(options.state / "previews.git")
    seen = {"REPOSITORY": options.repository, "MIRROR": mirror, "PAGES": pages}
    return (
        _service("previewer", seen, telemetry),
        _service("api", {"PAGES": pages}, telemetry),
    )


def _authority(options: UpOptions, telemetry: dict[str, str]) -> tuple[ChildSpec, ...]:
    """Keys that sign are beside the other services only where somebody wants them there."""
    if options.ca_authorities is None:
        return ()
    settings = {
        "AUTHORITIES": str(options.ca_authorities),
        "LISTEN": options.ca_address,
        "LISTEN_MUTUAL": options.ca_mutual_address,
        "STORE_URL": options.store,
    }
    return (_service("ca", settings, telemetry),)


def _rollout(options: UpOptions, telemetry: dict[str, str]) -> tuple[ChildSpec, ...]:
    """Strategies of a fleet are carried out unless somebody does not want it."""
    if not options.rollouts:
        return ()
    return (_service("rollout", {"STORE_URL": options.store}, telemetry),)


def _reconciler(options: UpOptions, telemetry: dict[str, str]) -> tuple[ChildSpec, ...]:
    """Only who names how clusters are reached has clusters to reach."""
    if options.kubeconfig is None:
        return ()
    settings = {"STORE_URL": options.store, **_reached(options)}
    return (_service("reconciler", settings, telemetry),)


def _reached(options: UpOptions) -> dict[str, str]:
    """Return how API servers are reached: the reconciler writes to them, the compiler watches."""
    if options.kubeconfig is None:
        return {}
    return {
        "KUBECONFIG": str(options.kubeconfig),
        "HOME_CONTEXT": options.home_context,
        "KUBECONFIG_EXEC": str(options.kubeconfig_exec).lower(),
    }


def _xds(options: UpOptions) -> dict[str, str]:
    settings = {"LISTEN": options.xds_address, "FEED": options.feed, "STATUS": options.status}
    if options.xds_identity is None:
        return settings | {"PLAINTEXT": "loopback"}
    files = {"CHAIN": "chain.pem", "KEY": "key.pem", "ROOTS": "roots.pem"}
    return settings | {
        f"TLS__{name}": str(options.xds_identity / file) for name, file in files.items()
    }


def _service(name: str, settings: dict[str, str], telemetry: dict[str, str]) -> ChildSpec:
    """Settings travel as environment variables, the same that a Deployment would set."""
    prefix = f"PERIPLUS_{name.upper()}_"
    env = {prefix + key: value for key, value in settings.items()}
    env |= {f"{prefix}TELEMETRY__{key}": value for key, value in telemetry.items()}
    env["PYTHONPATH"] = str(ROOT)
    return ChildSpec(name, (sys.executable, "-m", f"services.{name}"), env)
