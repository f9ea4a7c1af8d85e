"""Asks the real Envoy whether it would take a configuration."""

import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tools.envoy import bootstrap
from tools.envoy.install import envoy_path

VALIDATE_TIMEOUT_S = 60
_LOG_PREFIX = re.compile(r"^\[[^]]*\](\[[^]]*\])+ (\[[^]]*\] )?")


@dataclass(frozen=True, slots=True)
class ValidationResult:
    """Whether Envoy takes it; when not, `reason` is what Envoy said, without time and thread."""

    ok: bool
    reason: str


def validate(config: Mapping[str, Any] | str) -> ValidationResult:
    """Run `envoy --mode validate` over a whole bootstrap with static resources."""
    with tempfile.TemporaryDirectory(prefix="envoy-validate-") as folder:
        path = Path(folder) / "bootstrap.json"
        bootstrap.write(config, path)
        command = [str(envoy_path()), "--mode", "validate", "-c", str(path)]
        command += ["--disable-hot-restart", "--log-level", "error", "--concurrency", "1"]
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=VALIDATE_TIMEOUT_S, check=False
        )
    if done.returncode == 0:
        return ValidationResult(ok=True, reason="")
    lines = [_LOG_PREFIX.sub("", line) for line in done.stderr.strip().splitlines()]
    return ValidationResult(ok=False, reason="\n".join(lines))
