"""Secrets from outside of repositories."""

from pathlib import Path

import pytest

from libs.adapters.sealing.keys import new_pair, public_key
from libs.adapters.sealing.sealed import seal
from libs.fakes.store import FakeStore
from libs.kernel.looperrors import StalledError
from libs.kernel.origins import Origin
from libs.meshapi.metadata import Metadata
from libs.meshapi.secret import Secret
from services.compiler.secrets import secret_folder
from services.compiler.tests.fleet import EAST, FLEET, SERVICE, accept, manifest
from services.compiler.worlds import WorldReader

PLANTED = "planted-value"
TEXT = """
apiVersion: v1
kind: Secret
metadata: {{name: shop, namespace: edge}}
stringData: {{tls.crt: "-----BEGIN CERTIFICATE----- {0}", tls.key: "{0} PRIVATE KEY-----"}}
"""
SECRET = Secret(metadata=Metadata(name="shop", namespace="edge"), string_data={"a": PLANTED})


def test_a_cluster_has_the_files_for_all_and_its_own(tmp_path: Path) -> None:
    """Other clusters' files are not its business; a broken file leaves what it held in use."""
    (tmp_path / EAST).mkdir()
    (tmp_path / "west").mkdir()
    (tmp_path / "all.yaml").write_text(TEXT.format("all").replace("shop", "all"))
    (tmp_path / EAST / "own.yaml").write_text(TEXT.format("own").replace("shop", "own"))
    (tmp_path / "west" / "other.yaml").write_text(TEXT.format("other"))
    source = secret_folder(tmp_path, None)
    assert [one.metadata.name for one, _ in source.of(EAST)] == ["all", "own"]
    (tmp_path / "all.yaml").write_text("kind: {")
    assert [one.metadata.name for one, _ in source.of(EAST)] == ["all", "own"]
    (tmp_path / "all.yaml").unlink()
    assert [one.metadata.name for one, _ in source.of(EAST)] == ["own"]


def test_a_changed_file_makes_another_world(tmp_path: Path) -> None:
    """The target is the same; what it is made of is not."""
    store = FakeStore()
    reader = WorldReader(store, secret_folder(tmp_path, None))
    fleet = manifest(store, "fleet", FLEET)
    target = accept(store, 1, fleet, manifest(store, "t1", SERVICE))
    first = reader.read(target)
    assert not reader.has_news(EAST)
    (tmp_path / "shop.yaml").write_text(TEXT.format("x"))
    assert reader.has_news(EAST)
    second = reader.read(target)
    assert not first.world.credentials
    assert ("edge", "shop") in second.world.credentials
    assert not reader.has_news(EAST)


def test_a_sealed_secret_is_opened_with_its_key_and_left_out_without(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The log says which stays closed, and nothing of what is in it."""
    private, public = new_pair()
    (tmp_path / "key.pem").write_bytes(private)
    placed = (seal(SECRET, public_key(public)), Origin("a.yaml"))
    ((found, _),) = secret_folder(None, tmp_path / "key.pem").opened([placed])
    assert isinstance(found, Secret)
    assert found.key == SECRET.key
    assert secret_folder(None, None).opened([placed]) == ()
    assert PLANTED not in capsys.readouterr().out


def test_keys_that_are_none_stop_the_start(tmp_path: Path) -> None:
    """A compiler that cannot open what it should is not started quietly."""
    (tmp_path / "key.pem").write_text(PLANTED)
    with pytest.raises(StalledError) as refused:
        secret_folder(None, tmp_path / "key.pem")
    assert PLANTED not in str(refused.value)
    with pytest.raises(StalledError, match="No such file"):
        secret_folder(None, tmp_path / "missing.pem")
