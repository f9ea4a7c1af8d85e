"""`periplus proxy run`: an Envoy with the identity of its workload."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from libs.compile.proxy import Proxy
from libs.envoy.bootstrap import AgentSettings, BootstrapSettings, bootstrap
from libs.kernel.looperrors import StalledError
from libs.pki.errors import PkiError
from libs.pki.spiffe import SpiffeId
from libs.telemetry.logs import set_up_logs
from libs.telemetry.settings import TelemetrySettings
from tools.agent.options import AgentOptions, AuthorityOptions, EnvoyOptions
from tools.cli.addresses import host_and_port
from tools.cli.errors import UnusableError
from tools.cli.proxyoption import read_proxy
from tools.envoy.nodes import node_id, node_metadata

AGENT_KEY = "PERIPLUS_AGENT"
TOKEN = Path("/var/run/secrets/tokens/istio-token")
ROOTS = Path("/var/run/secrets/istio/root-cert.pem")
"""Where Istio's injection mounts them."""

_SOCKET = '"SOCKET"'
_DISCOVERY = "istiod.istio-system.svc:15012"


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Workload:
    """Whose identity it is, and how that is proved."""

    proxy: str
    """The proxy as JSON, or a file that holds it; namespace and service_account are the identity"""
    name: str = "proxy"
    """Name of the workload, as its node id says it"""
    trust_domain: str = "cluster.local"
    """Trust domain of the identity"""
    token: Path = TOKEN
    """File with a service account's token, or with a join token"""
    keep: Path | None = None
    """Folder to keep key and certificate in over a restart, for hosts that joined by a token"""


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs."""

    ca_address: str = _DISCOVERY
    """Authority for callers with a token, as HOST:PORT"""
    ca_mutual_address: str = ""
    """Authority for renewals by the present certificate; without it each one needs a token"""
    ca_name: str = ""
    """Name in the authority's certificate, where it is not the host of the address"""
    ca_roots: Path = ROOTS
    """Roots that vouch for the authority at first; later it says so itself"""
    life_s: float = 0
    """Wished life of certificates in seconds; 0 leaves it to the authority"""


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Envoy:
    """Which Envoy runs, and whom it gets its configuration from."""

    xds_address: str = _DISCOVERY
    """Where Periplus serves Envoys, as HOST:PORT"""
    xds_name: tuple[str, ...] = ()
    """Names of which the server's certificate needs one; the address's host when not given"""
    admin_address: str = "127.0.0.1:15000"
    """Where the Envoy's own admin interface listens, as HOST:PORT"""
    envoy: str = "envoy"
    """The Envoy to run"""
    envoy_bootstrap: Path | None = None
    """A bootstrap in JSON instead of ours; the text SOCKET in it becomes the agent's socket"""
    envoy_argument: tuple[str, ...] = ()
    """A further argument for the Envoy; may be repeated"""
    drain_s: float = 5.0
    """How long an ending Envoy may finish its calls, in seconds"""


def run_proxy(
    *,
    workload: Workload,
    folder: Path,
    authority: Authority = Authority(),
    envoy: Envoy = Envoy(),
    secrets_only: Annotated[bool, Parameter(negative="")] = False,
    log_level: str = "info",
) -> int:
    """Get a workload's certificate, serve it to an Envoy on this host, and run that Envoy.

    The private key is made here and stays in memory. The command ends with its Envoy.

    Parameters
    ----------
    folder
        Folder for the socket and the bootstrap; made for this user alone.
    secrets_only
        Serve secrets and run no Envoy.
    log_level
        debug, info, warning or error.
    """
    from tools.agent.main import run

    proxy = read_proxy(workload.proxy)
    place = folder.absolute()
    running = None if secrets_only else _envoy(envoy, proxy, workload.name, place / "sds.sock")
    signing = AuthorityOptions(
        authority.ca_address,
        authority.ca_roots,
        workload.token,
        authority.ca_mutual_address,
        authority.ca_name,
        authority.life_s,
    )
    try:
        identity = SpiffeId(workload.trust_domain, proxy.namespace, proxy.service_account)
        set_up_logs("agent", TelemetrySettings(log_level=log_level))
        return run(AgentOptions(identity, proxy.cluster, place, signing, running, workload.keep))
    except (PkiError, StalledError) as error:
        raise UnusableError(str(error)) from error


def _envoy(given: Envoy, proxy: Proxy, name: str, socket: Path) -> EnvoyOptions:
    """Return the Envoy to run, with the bootstrap that was written or our own."""
    made = (
        _written(given.envoy_bootstrap, socket)
        if given.envoy_bootstrap
        else _made(given, proxy, name, socket)
    )
    binary = shutil.which(given.envoy) or given.envoy
    return EnvoyOptions(made, binary, given.envoy_argument, given.drain_s)


def _made(given: Envoy, proxy: Proxy, name: str, socket: Path) -> Mapping[str, Any]:
    host, port = host_and_port("--xds-address", given.xds_address)
    admin_host, admin_port = host_and_port("--admin-address", given.admin_address)
    settings = BootstrapSettings(
        node_id=node_id(proxy, name),
        xds_host=host,
        xds_port=port,
        metadata={AGENT_KEY: "1", **node_metadata(proxy)},
        admin_host=admin_host,
        admin_port=admin_port,
        agent=AgentSettings(str(socket), given.xds_name or (host,)),
    )
    return bootstrap(settings)


def _written(file: Path, socket: Path) -> Mapping[str, Any]:
    try:
        text = file.read_text(encoding="utf-8").replace(_SOCKET, json.dumps(str(socket)))
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise UnusableError(f"{file}: {error}; write a bootstrap in JSON") from error
    if not isinstance(found, dict):
        raise UnusableError(f"{file}: a bootstrap is a JSON object")
    return found
