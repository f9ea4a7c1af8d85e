"""The binary is where the variable says, or in the cache."""

import subprocess
from pathlib import Path

import pytest

from tools.envoy.install import envoy_path
from tools.sidewheels.fetch import FetchError


def test_the_locked_binary_runs(envoy: Path) -> None:
    """What is found is an Envoy of the pinned minor version."""
    done = subprocess.run([envoy, "--version"], capture_output=True, text=True, check=True)
    assert "/1.40." in done.stdout


def test_a_named_binary_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """PERIPLUS_ENVOY is taken as it is."""
    monkeypatch.setenv("PERIPLUS_ENVOY", "/bin/sh")
    assert envoy_path() == Path("/bin/sh")


def test_a_named_file_that_is_none_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The message names the path and the variable."""
    monkeypatch.setenv("PERIPLUS_ENVOY", str(tmp_path / "nothing"))
    with pytest.raises(FetchError, match=r"nothing: is no executable file; PERIPLUS_ENVOY"):
        envoy_path()
