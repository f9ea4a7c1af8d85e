"""`periplus seal` and `seal-key`."""

from pathlib import Path

import pytest

from libs.adapters.sealing.keys import keyring
from libs.adapters.sealing.sealed import opened
from libs.kernel.messages import errors
from libs.meshapi.parse import parse_file
from libs.meshapi.sealedsecret import SealedSecret
from tools.cli.main import main

PLANTED = "planted-value"
TEXT = f"""
apiVersion: v1
kind: Secret
metadata: {{name: shop, namespace: edge}}
stringData:
  tls.crt: "-----BEGIN CERTIFICATE-----{PLANTED}"
  tls.key: "{PLANTED}PRIVATE KEY-----"
"""
GATEWAY = """
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: edge}
spec:
  selector: {istio: edge}
  servers:
  - port: {number: 443, name: https, protocol: HTTPS}
    hosts: ["*"]
    tls: {mode: SIMPLE, credentialName: shop}
"""
PROXY = '{"type":"router","namespace":"edge","labels":{"istio":"edge"}}'


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, Path]:
    """Make a pair of key files."""
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    assert main(["seal-key", "--private", str(private), "--public", str(public)]) == 0
    return private, public


def test_a_sealed_secret_is_valid_and_opens_again(
    tmp_path: Path, keys: tuple[Path, Path], capsys: pytest.CaptureFixture[str]
) -> None:
    """What is printed can be committed as it is."""
    (tmp_path / "secret.yaml").write_text(TEXT)
    assert main(["seal", str(tmp_path / "secret.yaml"), "--key", str(keys[1])]) == 0
    printed = capsys.readouterr().out
    assert PLANTED not in printed
    parsed = parse_file("sealed.yaml", printed.encode())
    assert not errors(parsed.messages)
    (one,) = (each.object for each in parsed.objects)
    assert isinstance(one, SealedSecret)
    found = opened(one, keyring([keys[0].read_bytes()]))
    assert set(found.data) == {"tls.crt", "tls.key"}


def test_a_private_key_is_only_its_owners_and_never_overwritten(
    keys: tuple[Path, Path],
) -> None:
    """Whoever loses it loses all that it sealed."""
    assert keys[0].stat().st_mode & 0o077 == 0
    assert main(["seal-key", "--private", str(keys[0]), "--public", str(keys[1])]) == 2


def test_the_value_of_a_secret_is_in_no_output(
    tmp_path: Path, keys: tuple[Path, Path], capfd: pytest.CaptureFixture[str]
) -> None:
    """Whatever a command says about a clear or sealed Secret, it does not say its value."""
    clear, mesh = tmp_path / "clear", tmp_path / "sealed"
    clear.mkdir()
    mesh.mkdir()
    (clear / "secret.yaml").write_text(TEXT)
    (clear / "gateway.yaml").write_text(GATEWAY)
    (mesh / "gateway.yaml").write_text(GATEWAY)
    main(["seal", str(clear / "secret.yaml"), "--key", str(keys[1])])
    (mesh / "secret.yaml").write_text(capfd.readouterr().out)
    call = '{"mode":"gateway","address":"10.0.0.1","port":443,"tls":"tls","host":"a.example"}'
    statuses = [
        [
            main(["check", str(folder)]),
            main(["check", "-o", "json", str(folder)]),
            main(["compile", str(folder), "--proxy", PROXY]),
            main(["compile", "-o", "text", str(folder), "--proxy", PROXY]),
            main(["route", str(folder), "--proxy", PROXY, "--call", call]),
        ]
        for folder in (clear, mesh)
    ]
    said = capfd.readouterr()
    assert PLANTED not in said.out + said.err
    assert "kubernetes://shop" in said.out
    assert [one[0] for one in statuses] == [1, 0]
    assert [one[2] for one in statuses] == [0, 0]
