"""Runs the program of a kubeconfig's `exec` section, where whoever operates us has allowed that.

Such a program speaks the protocol of `client.authentication.k8s.io`: it gets one JSON object in the
environment and prints one with credentials. What it prints is shown to nobody.
"""

import os
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import orjson

from libs.adapters.kube.access import Allowed
from libs.kernel.looperrors import StalledError

GROUP = "client.authentication.k8s.io"
RUN_S_MAX = 60.0
OUTPUT_BYTES_MAX = 1024 * 1024
_VERSIONS = frozenset({f"{GROUP}/v1", f"{GROUP}/v1beta1"})


def allowed_here(*, programs: bool) -> Allowed:
    """Return what a kubeconfig of this machine's own may ask: files, a proxy, maybe programs."""
    return Allowed(files=True, proxy=True, run=run if programs else None)


def run(wanted: Mapping[str, Any]) -> Mapping[str, Any]:
    """Run the program of an `exec` section and return the status that it prints.

    Raises StalledError where there is no program, it fails, or prints something else.
    """
    command = str(wanted.get("command") or "")
    _check(wanted, command)
    version = str(wanted["apiVersion"])
    asked = {"apiVersion": version, "kind": "ExecCredential", "spec": {"interactive": False}}
    given = {str(one["name"]): str(one["value"]) for one in wanted.get("env") or ()}
    environment = {**os.environ, **given, "KUBERNETES_EXEC_INFO": orjson.dumps(asked).decode()}
    try:
        done = subprocess.run(
            [command, *map(str, wanted.get("args") or ())],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=RUN_S_MAX,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        reason = f"`exec`: {command} did not end within {RUN_S_MAX:.0f} s"
        raise StalledError(reason) from error
    except OSError as error:
        raise StalledError(f"`exec`: {command}: {error.strerror}") from error
    if done.returncode:
        raise StalledError(f"`exec`: {command} ended with status {done.returncode}")
    return _status(command, version, done.stdout)


def _check(wanted: Mapping[str, Any], command: str) -> None:
    """Raise StalledError for what cannot be run here."""
    if wanted.get("apiVersion") not in _VERSIONS:
        known = " or ".join(sorted(_VERSIONS))
        raise StalledError(f"`exec`: apiVersion has to be {known}")
    if wanted.get("interactiveMode") == "Always":
        raise StalledError(f"`exec`: {command} wants to talk to a person, who is not there")
    if wanted.get("provideClusterInfo"):
        raise StalledError("`exec`: `provideClusterInfo` is not supported; use a token")
    if shutil.which(command) is None:
        hint = str(wanted.get("installHint") or "install it, or use a token").strip()
        raise StalledError(f"`exec`: there is no program {command}; {hint}")


def _status(command: str, version: str, output: bytes) -> Mapping[str, Any]:
    wrong = StalledError(f"`exec`: {command} prints no ExecCredential of {version}")
    if len(output) > OUTPUT_BYTES_MAX:
        raise wrong
    try:
        found = orjson.loads(output)
    except orjson.JSONDecodeError:
        # The error would quote what was printed, which may be a credential.
        raise wrong from None
    if not isinstance(found, Mapping) or found.get("apiVersion") != version:
        raise wrong
    status = found.get("status")
    if not isinstance(status, Mapping) or not {"token", "clientCertificateData"} & status.keys():
        raise wrong
    return status
