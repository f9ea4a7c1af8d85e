"""The admin interface of a real Envoy."""

import urllib.request
from pathlib import Path

import pytest

from tools.envoy.admin import Admin, AdminError
from tools.envoy.process import EnvoyProcess


def test_admin_takes_posts_and_refuses_unknown_paths(envoy: Path) -> None:
    """A post that ends Envoy is answered; a path that is not there is an error with its status."""
    assert envoy.name
    with EnvoyProcess({"node": {"id": "test", "cluster": "test"}}) as process:
        with pytest.raises(AdminError, match="404"):
            process.admin.get("/no-such-page")
        host, port = process.admin.address()
        with urllib.request.urlopen(f"http://{host}:{port}/server_info") as answer:
            assert b"1.40" in answer.read()
        assert process.admin.post("/quitquitquit").strip() == "OK"


def test_an_interface_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Without an address file it neither answers nor raises anything but AdminError."""
    admin = Admin(tmp_path / "admin.txt")
    assert not admin.answers()
    assert not admin.is_ready()
    with pytest.raises(AdminError, match="not opened"):
        admin.get("/ready")
