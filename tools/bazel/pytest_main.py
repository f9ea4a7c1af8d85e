"""Runs one test file under Bazel: same configuration and parts as everywhere else."""

import os
import sys
from pathlib import Path

import pytest

if __name__ == "__main__":
    # Bazel starts tests in their runfiles, which hold what was declared and nothing else.
    arguments = ["-c", "pyproject.toml", "--rootdir", str(Path.cwd())]
    arguments += ["-p", "tools.parts.plugin", "-p", "no:cacheprovider"]
    report = os.environ.get("XML_OUTPUT_FILE")
    if report:
        arguments.append(f"--junitxml={report}")
    sys.exit(pytest.main([*arguments, *sys.argv[1:]]))
