"""`periplus proxy run`: an Envoy with the identity of its workload."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def run_proxy(  # noqa: PLR0913 - one parameter for each option of a user
    *,
    proxy: str,
    name: str = "proxy",
    folder: Path,
    ca_address: str = "istiod.istio-system.svc:15012",
    ca_mutual_address: str = "",
    ca_name: str = "",
    ca_roots: Path = ROOTS,
    token: Path = TOKEN,
    trust_domain: str = "cluster.local",
    life_s: float = 0,
    keep: Path | None = None,
    xds_address: str = "istiod.istio-system.svc:15012",
    xds_name: tuple[str, ...] = (),
    admin_address: str = "127.0.0.1:15000",
    envoy: str = "envoy",
    envoy_bootstrap: Path | None = None,
    envoy_argument: tuple[str, ...] = (),
    drain_s: float = 5.0,
    secrets_only: bool = False,
    log_level: str = "info",
) -> int:
    """Get a workload's certificate, serve it to an Envoy on this host, and run that Envoy.

    The private key is made here and stays in memory. It ends with its Envoy.

    Parameters
    ----------
    proxy
        The proxy as JSON, or a file that holds it; namespace and service_account are the identity.
    name
        Name of the workload, as its node id says it.
    folder
        Folder for the socket and the bootstrap; made for this user alone.
    ca_address
        Authority for callers with a token, as HOST:PORT.
    ca_mutual_address
        Authority for renewals by the present certificate, as HOST:PORT; without it each renewal
        needs a token.
    ca_name
        Name in the authority's certificate, where it is not the host of the address.
    ca_roots
        File with the roots that vouch for the authority at first; later it says so itself.
    token
        File with a service account's token, or with a join token.
    trust_domain
        Trust domain of the identity.
    life_s
        Wished life of certificates in seconds; 0 leaves it to the authority.
    keep
        Folder to keep key and certificate in over a restart, for hosts that joined by a token.
    xds_address
        Where Periplus serves Envoys, as HOST:PORT.
    xds_name
        Names of which the server's certificate needs one; the host of the address when not given.
    admin_address
        Where the Envoy's own admin interface listens, as HOST:PORT.
    envoy
        The Envoy to run.
    envoy_bootstrap
        A bootstrap in JSON instead of the one that follows from the options; SOCKET in its texts
        becomes the agent's socket.
    envoy_argument
        A further argument for the Envoy; may be repeated.
    drain_s
        How long an ending Envoy may finish its calls, in seconds.
    secrets_only
        Serve secrets and run no Envoy.
    log_level
        debug, info, warning or error.
    """
    from tools.agent.main import run

    described = read_proxy(proxy)
    socket = folder.absolute() / "sds.sock"
    running = None
    if not secrets_only:
        host, port = host_and_port("--xds-address", xds_address)
        link = AgentSettings(str(socket), xds_name or (host,))
        made = (
            _written(envoy_bootstrap, socket)
            if envoy_bootstrap
            else _made(described, name, (host, port), admin_address, link)
        )
        running = EnvoyOptions(
            made, shutil.which(envoy) or envoy, arguments=envoy_argument, drain_s=drain_s
        )
    authority = AuthorityOptions(ca_address, ca_roots, token, ca_mutual_address, ca_name, life_s)
    try:
        identity = SpiffeId(trust_domain, described.namespace, described.service_account)
        options = AgentOptions(
            identity, described.cluster, folder.absolute(), authority, running, keep
        )
        set_up_logs("agent", TelemetrySettings(log_level=log_level))
        return run(options)
    except (PkiError, StalledError) as error:
        raise UnusableError(str(error)) from error


def _made(
    described: Proxy, name: str, xds: tuple[str, int], admin: str, link: AgentSettings
) -> Mapping[str, Any]:
    admin_host, admin_port = host_and_port("--admin-address", admin)
    settings = BootstrapSettings(
        node_id=node_id(described, name),
        xds_host=xds[0],
        xds_port=xds[1],
        metadata={AGENT_KEY: "1", **node_metadata(described)},
        admin_host=admin_host,
        admin_port=admin_port,
        agent=link,
    )
    return bootstrap(settings)


def _written(file: Path, socket: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(
            file.read_text(encoding="utf-8").replace('"SOCKET"', json.dumps(str(socket)))
        )
    except (OSError, ValueError) as error:
        raise UnusableError(f"{file}: {error}; write a bootstrap in JSON") from error
    if not isinstance(found, dict):
        raise UnusableError(f"{file}: a bootstrap is a JSON object")
    return found
