"""Case files: a YAML file whose name is a sentence, and beside it what parsing it has to give."""

from pathlib import Path

from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.networks import MeshNetworks
from libs.meshapi.parse import parse_file
from libs.meshapi.settings import Settings, read_mesh_config, read_mesh_networks

CLUSTERS = ("cluster1", "cluster2")
"""Clusters that the networks of cases may name."""

_FOLDER = Path(__file__).parent / "cases"
CASES = sorted(_FOLDER.glob("*.yaml"))
CONFIG_CASES = sorted((_FOLDER / "mesh-config").glob("*.yaml"))
NETWORKS_CASES = sorted((_FOLDER / "mesh-networks").glob("*.yaml"))


def outcome(case: Path) -> str:
    """Parse a case and write down the keys of its objects and all messages without the file."""
    parsed = parse_file(case.name, case.read_bytes())
    lines = [f"object {one.key}" for one in parsed.objects]
    lines += [str(message).removeprefix(f"{case.name}:") for message in parsed.messages]
    return "".join(f"{line}\n" for line in lines)


def settings_outcome(case: Path) -> str:
    """Read a file of settings and write down whether it counts, and all messages."""
    read: Settings[MeshConfig] | Settings[MeshNetworks] = (
        read_mesh_networks(case.name, case.read_bytes(), CLUSTERS)
        if case in NETWORKS_CASES
        else read_mesh_config(case.name, case.read_bytes())
    )
    lines = [] if read.value is None else ["settings"]
    lines += [str(message).removeprefix(f"{case.name}:") for message in read.messages]
    return "".join(f"{line}\n" for line in lines)


def expected(case: Path) -> Path:
    """Where the outcome of a case is written down."""
    return case.with_suffix(".expected.txt")
