"""`periplus proxy bootstrap`: the file that an Envoy starts with."""

import sys
from collections.abc import Mapping
from typing import Annotated, Any

from cyclopts import Parameter

from libs.compile.patches import PatchError
from libs.compile.proxy import Proxy
from libs.compile.startup import Startup, patched_bootstrap, startup_of
from libs.compile.world import World
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from tools.cli.addresses import host_and_port
from tools.cli.compiling import world_of
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json
from tools.cli.proxyoption import read_proxy
from tools.cli.sources import PathArgument
from tools.envoy.nodes import node_id, node_metadata


def print_bootstrap(  # noqa: PLR0913 - one parameter for each option of a user
    *paths: PathArgument,
    proxy: str,
    name: str = "proxy",
    xds_address: str = "127.0.0.1:15010",
    admin_address: str = "127.0.0.1:15000",
    probes: str = "",
    sotw: Annotated[bool, Parameter(negative="")] = False,
    load_reports: Annotated[bool, Parameter(negative="")] = False,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.JSON,  # noqa: ARG001 - every command takes it
) -> int:
    """Print the bootstrap of an Envoy, which `envoy -c FILE` starts with.

    Parameters
    ----------
    paths
        A configuration whose ProxyConfigs and patches of bootstraps count; none is needed.
    proxy
        The proxy as JSON, or a file that holds it.
    name
        Name of the workload, as its node id says it.
    xds_address
        Where Periplus serves Envoys, as HOST:PORT.
    admin_address
        Where the Envoy's own admin interface listens, as HOST:PORT.
    probes
        Address such as 0.0.0.0 where `/healthz/ready` answers on port 15021, and
        `/stats/prometheus` on 15090; without it neither does.
    sotw
        Speak the state-of-the-world variant instead of the incremental one.
    load_reports
        Let the Envoy tell how much it sends where, for `periplus proxies load`.
    output
        Either way the bootstrap is JSON, which Envoy reads.
    """
    described = read_proxy(proxy)
    xds_host, xds_port = host_and_port("--xds-address", xds_address)
    admin_host, admin_port = host_and_port("--admin-address", admin_address)
    world = world_of(paths, described) if paths else None
    startup = startup_of(world, described) if world else Startup()
    settings = BootstrapSettings(
        node_id=node_id(described, name),
        xds_host=xds_host,
        xds_port=xds_port,
        metadata=startup.metadata() | node_metadata(described),
        admin_host=admin_host,
        admin_port=admin_port,
        delta=not sotw,
        probes=probes,
        load_reports=load_reports,
    )
    write_json(_patched(bootstrap(settings), world, described))
    _say(startup)
    return 0


def _patched(made: Mapping[str, Any], world: World | None, proxy: Proxy) -> Mapping[str, Any]:
    try:
        return patched_bootstrap(made, world, proxy) if world else made
    except PatchError as error:
        raise UnusableError(str(error)) from error


def _say(startup: Startup) -> None:
    """Say what no bootstrap can hold, for whoever starts the process."""
    if startup.concurrency:
        text = f"periplus: start this Envoy with --concurrency {startup.concurrency}"
        print(text, file=sys.stderr)
    if startup.environment:
        names = ", ".join(startup.environment)
        print(f"periplus: start this Envoy with the environment variables {names}", file=sys.stderr)
