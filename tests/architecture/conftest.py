"""The wheel, built once for all tests that install it."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "tools.dev", "wheel", str(folder)], cwd=ROOT, check=True, timeout=120
    )
    (built,) = folder.glob("periplus-*.whl")
    return built
