"""Tests of leaving packages out."""

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from libs.telemetry.lean import absent


def test_an_absent_package_is_not_found_and_is_there_afterwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Inside the block it is missing, afterwards an import finds it as ever."""
    (tmp_path / "colourful.py").write_text("SHADES = 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    with absent("colourful"), pytest.raises(ModuleNotFoundError, match="colourful"):
        importlib.import_module("colourful")
    assert importlib.import_module("colourful").SHADES == 3


def test_a_loaded_package_stays_what_it_is() -> None:
    """What somebody already uses is not taken away."""
    with absent("json"):
        assert importlib.import_module("json") is sys.modules["json"]


def test_a_service_that_logs_does_not_load_rich() -> None:
    """Setting up logs costs a service no console library."""
    code = "import sys, libs.telemetry.logs; sys.exit('rich.console' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
