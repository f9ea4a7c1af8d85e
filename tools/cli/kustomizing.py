"""The kustomize that commands use, off unless the environment names one."""

import os
from pathlib import Path

from libs.adapters.kustomize.binary import KustomizeBinary
from libs.ports.kustomize import Kustomize

VARIABLE = "PERIPLUS_KUSTOMIZE"
"""Path of a statically linked kustomize."""


def configured() -> Kustomize | None:
    """Return the kustomize that the environment names; None when it names none."""
    path = os.environ.get(VARIABLE, "")
    return KustomizeBinary(Path(path)) if path else None
