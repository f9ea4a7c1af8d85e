"""`periplus proxy bootstrap`: the file that an Envoy starts with."""

from typing import Annotated

from cyclopts import Parameter

from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from tools.cli.errors import UnusableError
from tools.cli.output import Format, write_json
from tools.cli.proxyoption import read_proxy
from tools.envoy.nodes import node_id, node_metadata

PORT_MAX = 65535


def print_bootstrap(
    *,
    proxy: str,
    name: str = "proxy",
    xds_address: str = "127.0.0.1:15010",
    admin_address: str = "127.0.0.1:15000",
    sotw: Annotated[bool, Parameter(negative="")] = False,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.JSON,  # noqa: ARG001 - every command takes it
) -> int:
    """Print the bootstrap of an Envoy, which `envoy -c FILE` starts with.

    Parameters
    ----------
    proxy
        The proxy as JSON, or a file that holds it.
    name
        Name of the workload, as its node id says it.
    xds_address
        Where Periplus serves Envoys, as HOST:PORT.
    admin_address
        Where the Envoy's own admin interface listens, as HOST:PORT.
    sotw
        Speak the state-of-the-world variant instead of the incremental one.
    output
        Either way the bootstrap is JSON, which Envoy reads.
    """
    described = read_proxy(proxy)
    xds_host, xds_port = _address("--xds-address", xds_address)
    admin_host, admin_port = _address("--admin-address", admin_address)
    settings = BootstrapSettings(
        node_id=node_id(described, name),
        xds_host=xds_host,
        xds_port=xds_port,
        metadata=node_metadata(described),
        admin_host=admin_host,
        admin_port=admin_port,
        delta=not sotw,
    )
    write_json(bootstrap(settings))
    return 0


def _address(option: str, text: str) -> tuple[str, int]:
    """Split HOST:PORT."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or int(port) > PORT_MAX:
        raise UnusableError(f"{option} is `{text[:80]}`; write HOST:PORT, such as 127.0.0.1:15010")
    return host.strip("[]"), int(port)
