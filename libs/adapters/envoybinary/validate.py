"""`envoy --mode validate` over a bootstrap."""

import json
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from libs.kernel.looperrors import TransientError

VALIDATE_TIMEOUT_S = 60
REASON_CHARACTERS_MAX = 2000
_LOG_PREFIX = re.compile(r"^\[[^]]*\](\[[^]]*\])+ (\[[^]]*\] )?")

_FILE = re.compile(r"error initializing configuration '[^']*': ")


@dataclass(frozen=True, slots=True)
class EnvoyBinary:
    """An `EnvoyCheck` that runs a binary for each question; it binds no port."""

    binary: Path

    def refusal(self, bootstrap: Mapping[str, Any]) -> str | None:
        """Return why Envoy refuses a bootstrap; None when it takes it. Raises TransientError."""
        with tempfile.TemporaryDirectory(prefix="envoy-validate-") as folder:
            path = Path(folder) / "bootstrap.json"
            path.write_text(json.dumps(bootstrap), encoding="utf-8")
            command = [str(self.binary), "--mode", "validate", "-c", str(path)]
            command += ["--disable-hot-restart", "--log-level", "error", "--concurrency", "1"]
            try:
                done = subprocess.run(
                    command, capture_output=True, timeout=VALIDATE_TIMEOUT_S, check=False
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise TransientError(f"{self.binary} could not be asked: {error}") from error
        if done.returncode == 0:
            return None
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = " ".join(_LOG_PREFIX.sub("", line).strip() for line in said)
        return _FILE.sub("", reason)[:REASON_CHARACTERS_MAX]
