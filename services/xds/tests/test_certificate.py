"""The certificate follows its files."""

from pathlib import Path

import pytest
import structlog

from libs.fakes.clock import EPOCH_S
from libs.fakes.rng import SeededRng
from libs.kernel.looperrors import StalledError
from libs.pki.holding import Holding, holding_of
from libs.pki.issuing import Life, Names, issue, new_root
from libs.pki.keys import new_key
from libs.pki.requests import new_request, read_request
from libs.pki.spiffe import SpiffeId
from services.xds.certificate import FileHolding

RNG = SeededRng(6)
ROOT = new_root(new_key(), "mesh", Life(EPOCH_S, 3600), RNG)
XDS = SpiffeId("cluster.local", "istio-system", "periplus-xds")


def _made() -> Holding:
    key = new_key()
    request = read_request(new_request(key, XDS))
    return holding_of(issue(ROOT, request, Names(XDS), Life(EPOCH_S, 60), RNG), key)


def _write(folder: Path, held: Holding) -> None:
    for name, content in (
        ("chain.pem", held.chain_pem),
        ("key.pem", held.key_pem),
        ("roots.pem", held.roots_pem),
    ):
        (folder / f"{name}.new").write_bytes(content)
        (folder / f"{name}.new").replace(folder / name)


def _files(folder: Path) -> FileHolding:
    return FileHolding(folder / "chain.pem", folder / "key.pem", folder / "roots.pem")


def test_new_files_count_from_the_next_handshake(tmp_path: Path) -> None:
    """While they do not fit each other, as in the middle of a replacement, the old ones count."""
    first, second = _made(), _made()
    _write(tmp_path, first)
    files = _files(tmp_path)
    files.read()
    assert files.current() == first
    (tmp_path / "chain.pem").write_bytes(second.chain_pem)
    with structlog.testing.capture_logs() as lines:
        assert files.current() == first
    assert "not that of the certificate" in lines[0]["reason"]
    _write(tmp_path, second)
    assert files.current() == second
    assert files.current() is files.current()


def test_files_that_cannot_be_used_at_the_start_need_a_person(tmp_path: Path) -> None:
    """The sentence names them, and shows nothing of the key."""
    with pytest.raises(StalledError, match="No such file"):
        _files(tmp_path).read()
    held = _made()
    _write(tmp_path, held)
    (tmp_path / "key.pem").write_bytes(held.key_pem[:90])
    with pytest.raises(StalledError, match=r"key\.pem") as caught:
        _files(tmp_path).read()
    assert held.key_pem[40:80].decode() not in str(caught.value)
