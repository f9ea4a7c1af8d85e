"""Another version of Periplus that answers badly; good ones are in `tests/e2e`."""

from pathlib import Path

import pytest

from libs.compile.proxy import Proxy, ProxyType, proxy_from_json
from tools.cli.main import main
from tools.cli.versions import proxy_json

_OBJECTS = """apiVersion: v1
kind: Service
metadata: {name: reviews}
spec: {ports: [{name: http, port: 9080}]}
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: reviews}
spec:
  hosts: [reviews]
  http: [{route: [{destination: {host: reviews}}]}]
"""


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    """Write a configuration."""
    (tmp_path / "mesh.yaml").write_text(_OBJECTS, encoding="utf-8")
    return tmp_path / "mesh.yaml"


def _program(folder: Path, body: str) -> str:
    program = folder / "periplus"
    program.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ("echo 'no such option' >&2; exit 2", 1, "the other version: no such option"),
        ("echo '{}'", 1, "no view: give what `periplus compile -o json` prints"),
        ("echo broken", 1, "the view is no JSON"),
    ],
)
def test_a_version_that_says_nothing_is_not_decided(
    objects: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    body: str,
    status: int,
    said: str,
) -> None:
    """Nobody can say what it would do, and why not is told."""
    assert main(["diff", str(objects), "--against", _program(tmp_path, body)]) == status
    assert said in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["mesh.yaml", "more.yaml", "--against", "periplus"], "name that alone"),
        (["mesh.yaml", "--against", "/nowhere/periplus"], "/nowhere/periplus: No such file"),
        (["mesh.yaml", "--against", "periplus", "--cluster", "east"], "the fleet has default"),
    ],
)
def test_what_cannot_be_asked_is_refused(
    objects: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    """In one sentence."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(objects.parent)
        assert main(["diff", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_proxy_is_written_as_it_is_read() -> None:
    """What is as it is by default is left out, so that older versions need not know of it."""
    proxy = Proxy(ProxyType.ROUTER, "shop", ("10.0.0.1",), labels={"a": "b"}, network="n1")
    assert proxy_from_json(proxy_json(proxy)) == proxy
    assert proxy_json(Proxy(ProxyType.SIDECAR, "a")) == '{"type":"sidecar","namespace":"a"}'
