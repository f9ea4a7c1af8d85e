"""Tests of what is real here; what it promises is in the contract tests."""

import time
from pathlib import Path

from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.system.steps import NoSteps


def test_the_clock_is_the_machines(tmp_path: Path) -> None:
    """It shows what a file written now is stamped with, to the minute."""
    (tmp_path / "file").write_bytes(b"")
    assert abs(SystemClock().now_s() - (tmp_path / "file").stat().st_mtime) < 60


def test_sleep_blocks() -> None:
    """Real time passes."""
    began_s = time.monotonic()
    SystemClock().sleep(0.02)
    assert time.monotonic() - began_s >= 0.02


def test_randomness_has_no_seed() -> None:
    """Two sources never agree."""
    assert SystemRng().token_hex(16) != SystemRng().token_hex(16)
    assert SystemRng().uniform(0, 1) != SystemRng().uniform(0, 1)


def test_no_step_stops_production() -> None:
    """Any step passes."""
    NoSteps().reached("compiler.view-published")
