"""Authorities are followed in their files, and a broken file breaks nothing."""

import shutil
from pathlib import Path

import pytest
import structlog

from libs.fakes.clock import FakeClock
from libs.kernel.looperrors import StalledError
from services.ca.authorities import Authorities
from services.ca.tests.harbour import a_root, write_authority, write_values


def test_each_folder_is_a_cluster(tmp_path: Path) -> None:
    """Roots that clusters share are told once."""
    root, other = a_root(), a_root()
    east = write_authority(tmp_path, "east", root)
    west = write_authority(tmp_path, "west", root)
    write_authority(tmp_path, "abroad", other)
    (tmp_path / "..data").mkdir()
    authorities = Authorities(tmp_path, FakeClock())
    assert authorities.refresh()
    assert list(authorities.clusters()) == ["abroad", "east", "west"]
    for name, made in (("east", east), ("west", west)):
        found = authorities.of(name)
        assert found is not None
        assert found.certificate == made.certificate
    assert set(authorities.roots()) == {root.certificate, other.certificate}
    assert authorities.of("nowhere") is None
    assert not authorities.refresh()


def test_new_files_replace_an_authority(tmp_path: Path) -> None:
    """Without a restart."""
    root = a_root()
    first = write_authority(tmp_path, "east", root)
    authorities = Authorities(tmp_path, FakeClock())
    authorities.refresh()
    second = write_authority(tmp_path, "east", root)
    assert authorities.refresh()
    found = authorities.of("east")
    assert found is not None
    assert found.certificate == second.certificate != first.certificate


def test_a_broken_file_is_said_and_the_last_good_one_signs_on(tmp_path: Path) -> None:
    """The line in the log names cluster and file, and has nothing of a key."""
    first = write_authority(tmp_path, "east", a_root())
    authorities = Authorities(tmp_path, FakeClock())
    authorities.refresh()
    key = (tmp_path / "east" / "ca-key.pem").read_text()
    write_values(tmp_path / "east", {"ca-key.pem": key[:100].encode()})
    with structlog.testing.capture_logs() as lines:
        assert not authorities.refresh()
    assert lines[0]["kept"] is True
    assert "ca-key.pem" in lines[0]["reason"]
    assert key[40:90] not in str(lines)
    shutil.rmtree(tmp_path / "east")
    authorities.refresh()
    found = authorities.of("east")
    assert found is not None
    assert found.certificate == first.certificate


def test_without_any_authority_a_person_is_needed(tmp_path: Path) -> None:
    """The sentence names the folder, and the command that fills it."""
    with pytest.raises(StalledError, match="periplus ca intermediate"):
        Authorities(tmp_path, FakeClock()).refresh()
    with pytest.raises(StalledError, match="No such file"):
        Authorities(tmp_path / "none", FakeClock()).refresh()
