"""The kustomize of tests is the one that go.mod names."""

import subprocess
from pathlib import Path

from tools.kustomize.program import version


def test_the_program_is_of_the_required_version(kustomize_binary: Path) -> None:
    """And linked statically, so that it runs where nothing else is."""
    done = subprocess.run([kustomize_binary, "version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == version()
    linked = subprocess.run(["ldd", kustomize_binary], capture_output=True, text=True, check=False)
    assert "not a dynamic executable" in linked.stderr + linked.stdout
