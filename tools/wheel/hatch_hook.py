"""Hatchling's hook: adds what is generated or borrowed, and lies in no folder of the checkout."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CARRIED = ("protogen", "opentelemetry.proto")
"""Packages of the building environment that travel in the private root.

`protogen` exists nowhere else. `opentelemetry.proto` is what the wheel `xds-protos` overwrites in a
user's environment: with a copy of our own, first on the path, that does not matter to us.
"""


class CarryPackages(BuildHookInterface[Any]):
    """Puts the packages of CARRIED below the private root."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Add the folders; RuntimeError when the environment was not set up by ./dev."""
        for package in CARRIED:
            spec = importlib.util.find_spec(package)
            if spec is None or spec.origin is None:
                raise RuntimeError(f"{package} is not installed: build the wheel with ./dev wheel.")
            place = f"periplus/_root/{package.replace('.', '/')}"
            build_data["force_include"][str(Path(spec.origin).parent)] = place
