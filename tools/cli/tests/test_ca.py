"""`periplus ca`: roots, authorities of clusters, rotation and tokens in files."""

import base64
import json
from pathlib import Path

import pytest
import yaml

from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.pki.authority import Authority, authority_of, issued_by
from libs.pki.holding import holding
from libs.pki.jointokens import token_hash
from tools.cli.main import main


def _run(folder: Path, *arguments: str) -> int:
    return main(["ca", *arguments, "--folder", str(folder)])


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A root with the authorities of two clusters; certificates live for at most a second."""
    folder = tmp_path / "ca"
    assert _run(folder, "init", "--organisation", "harbour", "--longest-life-s", "1") == 0
    for cluster in ("east", "west"):
        assert _run(folder, "intermediate", "--cluster", cluster) == 0
    return folder


def _authority(folder: Path, cluster: str = "east") -> Authority:
    files = (folder / "clusters" / cluster).glob("[a-z]*.pem")
    return authority_of({one.name: one.read_bytes() for one in files}, SystemClock().now_s())


def test_clusters_have_authorities_of_their_own_below_one_root(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All that is written is for its owner alone, and nothing of it is printed."""
    east, west = _authority(place), _authority(place, "west")
    assert east.roots == west.roots
    assert east.certificate != west.certificate
    assert issued_by(east.certificate, east.roots[0])
    for file in place.rglob("*"):
        assert file.stat().st_mode & 0o077 == 0, file
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")


def test_a_root_is_not_made_twice(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The key of a fleet is not replaced by mistake."""
    before = (place / "root-key.pem").read_bytes()
    assert _run(place, "init") == 2
    assert "rotate" in capsys.readouterr().err
    assert (place / "root-key.pem").read_bytes() == before


def test_the_secret_of_a_cluster_has_istios_names(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its values are the authority."""
    assert _run(place, "cacerts", "--cluster", "east") == 0
    secret = yaml.safe_load(capsys.readouterr().out)
    assert secret["metadata"] == {"name": "cacerts", "namespace": "istio-system"}
    values = {name: base64.b64decode(text) for name, text in secret["data"].items()}
    found = authority_of(values, SystemClock().now_s())
    assert found.certificate == _authority(place).certificate
    assert _run(place, "cacerts", "--cluster", "north") == 2
    assert "intermediate --cluster north" in capsys.readouterr().err


def test_a_server_gets_files_that_a_frontend_reads(place: Path, tmp_path: Path) -> None:
    """Chain, key and roots fit each other."""
    into = tmp_path / "xds"
    assert _run(place, "issue", "--cluster", "east", "--into", str(into)) == 0
    held = holding(*((into / name).read_bytes() for name in ("chain.pem", "key.pem", "roots.pem")))
    assert held.valid_until_s > SystemClock().now_s()
    assert (into / "key.pem").stat().st_mode & 0o077 == 0


def test_certificates_are_told_and_keys_are_not(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of a folder all files count."""
    assert main(["ca", "inspect", str(place), "-o", "json"]) == 0
    out = capsys.readouterr().out
    subjects = [one["subject"] for one in json.loads(out)["certificates"]]
    assert "CN=Periplus root authority,O=harbour" in subjects
    assert "L=east,CN=Periplus intermediate authority of east,O=harbour" in subjects
    assert "PRIVATE" not in out
    assert main(["ca", "inspect", str(place / "rotation.json")]) == 2


def test_a_root_is_replaced_in_three_steps(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each waits for the one before; in the end nothing of the old root is left."""
    old = _authority(place).roots
    assert _run(place, "rotate", "-o", "json") == 0
    assert json.loads(capsys.readouterr().out)["phase"] == "trusting"
    trusting = _authority(place)
    assert len(trusting.roots) == 2
    assert issued_by(trusting.certificate, old[0])
    assert _run(place, "rotate", "-o", "json") == 1
    assert json.loads(capsys.readouterr().out)["next_in_s"] > 100
    state = json.loads((place / "rotation.json").read_text(encoding="utf-8"))
    (place / "rotation.json").write_text(json.dumps({**state, "settle_s": -1000}))
    assert _run(place, "rotate") == 0
    signing = _authority(place, "west")
    assert set(signing.roots) == set(trusting.roots)
    assert not issued_by(signing.certificate, old[0])
    assert _run(place, "rotate") == 0
    steady = _authority(place)
    assert steady.roots == (trusting.roots[1],)
    assert not (place / "next-key.pem").exists()
    assert old[0].serial_number != steady.roots[0].serial_number


def test_a_token_is_printed_once_and_kept_as_a_hash(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Store gives nobody the token again."""
    url = f"sqlite:///{tmp_path}/store.db"
    who = ["--cluster", "east", "--namespace", "shop", "--service-account", "cart"]
    assert main(["ca", "token", "--store", url, *who]) == 0
    token = capsys.readouterr().out.strip()
    store = open_store(url)
    found = store.join_token(token_hash(token))
    store.close()
    assert found is not None
    assert (found.namespace, found.service_account) == ("shop", "cart")
    assert token.encode() not in (tmp_path / "store.db").read_bytes()
    who[-1] = "Not/An/Account"
    assert main(["ca", "token", "--store", url, *who]) == 2
    assert "service account" in capsys.readouterr().err
