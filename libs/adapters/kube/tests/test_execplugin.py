"""Programs that a kubeconfig names: run only where that is allowed, and never quoted."""

import json
from pathlib import Path
from typing import Any

import pytest

from libs.adapters.kube.access import access_of
from libs.adapters.kube.execplugin import GROUP, allowed_here
from libs.kernel.looperrors import StalledError

V1 = f"{GROUP}/v1"
PRINTED = {"apiVersion": V1, "kind": "ExecCredential", "status": {"token": "planted-token"}}


def _program(folder: Path, *lines: str) -> str:
    path = folder / "login"
    path.write_text("\n".join(["#!/bin/sh", *lines]) + "\n", encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def _config(command: str, **more: Any) -> bytes:
    plugin = {"apiVersion": V1, "command": command, **more}
    config = {
        "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:6443"}}],
        "users": [{"name": "u", "user": {"exec": plugin}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    return json.dumps(config).encode()


def test_a_program_is_asked_as_the_protocol_says(tmp_path: Path) -> None:
    """It gets its arguments, its environment and the version, and its token counts."""
    printed = json.dumps(PRINTED).replace("planted-token", "$1-$REGION")
    text = printed.replace('"', '\\"')
    seen = f'echo "$KUBERNETES_EXEC_INFO" > {tmp_path}/seen'
    command = _program(tmp_path, seen, f'echo "{text}"')
    config = _config(command, args=["me"], env=[{"name": "REGION", "value": "west"}])
    found = access_of(config, "", allowed_here(programs=True), place="p")
    assert found.token == "me-west"
    asked = json.loads((tmp_path / "seen").read_text(encoding="utf-8"))
    assert (asked["apiVersion"], asked["spec"]) == (V1, {"interactive": False})


def test_a_program_beside_the_kubeconfig_is_found_there(tmp_path: Path) -> None:
    """A path that is not absolute begins where the file is."""
    _program(tmp_path, f"echo '{json.dumps(PRINTED)}'")
    allowed = allowed_here(programs=True)
    found = access_of(_config("./login"), "", allowed, place="p", folder=tmp_path)
    assert found.token == "planted-token"


def test_nothing_is_run_that_was_not_allowed(tmp_path: Path) -> None:
    """The program never starts."""
    command = _program(tmp_path, f"touch {tmp_path}/ran")
    with pytest.raises(StalledError, match="not allowed"):
        access_of(_config(command), "", allowed_here(programs=False), place="p")
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("lines", "more", "reason"),
    [
        pytest.param(["exit 3"], {}, "status 3", id="it fails"),
        pytest.param(["echo planted-token"], {}, "no ExecCredential", id="it prints no JSON"),
        pytest.param(["echo '{}'"], {}, "no ExecCredential", id="it prints something else"),
        pytest.param([], {"apiVersion": f"{GROUP}/v1alpha1"}, "apiVersion", id="an old protocol"),
        pytest.param([], {"interactiveMode": "Always"}, "a person", id="it asks people"),
        pytest.param([], {"provideClusterInfo": True}, "provideClusterInfo", id="it asks more"),
        pytest.param([], {"command": "no-such-program"}, "there is no program", id="not installed"),
    ],
)
def test_a_program_that_gives_nothing_needs_a_person(
    tmp_path: Path, lines: list[str], more: dict[str, Any], reason: str
) -> None:
    """One sentence says why, without what was printed."""
    config = _config(**{"command": _program(tmp_path, *lines), **more})
    with pytest.raises(StalledError, match=reason) as raised:
        access_of(config, "", allowed_here(programs=True), place="p")
    assert "planted" not in str(raised.value)
