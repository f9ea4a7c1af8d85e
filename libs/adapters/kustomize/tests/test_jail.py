"""The jail by itself; what a program in it can reach is tested with the real one."""

import os
import subprocess
import sys
from pathlib import Path

from libs.adapters.kustomize import jail

JAIL = Path(str(jail.__file__))


def test_a_directory_that_is_not_there_is_no_jail(tmp_path: Path) -> None:
    """The program is not started."""
    command = [sys.executable, "-I", str(JAIL), str(os.getuid()), str(os.getgid())]
    numbers = ["5", str(2**30), "1000", "64"]
    done = subprocess.run(
        [*command, *numbers, str(tmp_path / "none"), "/sh"],
        env={"GOMEMLIMIT": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == jail.REFUSED_STATUS
    assert "no jail can be made here" in done.stderr or "link it" in done.stderr
