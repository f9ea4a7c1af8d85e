"""Locked wheels are unpacked once, checked by hash, and what fails is said."""

import hashlib
import zipfile
from pathlib import Path

import pytest

from tools.sidewheels import fetch

WHEEL = "odd_wheel-1.0-py3-none-any.whl"


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of lock files, one tiny real wheel, pip pointed at it, and an empty cache."""
    wheel = tmp_path / WHEEL
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("odd/__init__.py", "")
        archive.writestr("odd_wheel-1.0.dist-info/METADATA", "Name: odd-wheel\nVersion: 1.0\n")
        archive.writestr("odd_wheel-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        archive.writestr("odd_wheel-1.0.dist-info/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    folder = tmp_path / "requirements"
    folder.mkdir()
    (folder / "odd.txt").write_text(f"odd-wheel==1.0 \\\n    --hash=sha256:{digest}\n")
    (folder / "bad.txt").write_text(f"odd-wheel==1.0 \\\n    --hash=sha256:{'0' * 64}\n")
    (folder / "empty.txt").write_text("# nothing\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("PERIPLUS_CACHE", str(tmp_path / "cache"))
    return folder


def test_a_wheel_is_unpacked_once(locks: Path, tmp_path: Path) -> None:
    """The second time needs neither pip nor the wheel, and nothing half done stays."""
    folder = fetch.fetch("odd", locks=locks)
    (tmp_path / WHEEL).unlink()
    assert fetch.fetch("odd", locks=locks) == folder
    assert (folder / "odd" / "__init__.py").is_file()
    assert [path.name for path in folder.parent.iterdir()] == ["odd-wheel-1.0"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        pytest.param("bad", r"bad: pip could not install it: .*hashes", id="another hash"),
        pytest.param("empty", r"empty\.txt: has no line NAME==VERSION", id="an empty lock"),
        pytest.param("none", r"none\.txt: cannot be read", id="no lock"),
    ],
)
def test_what_cannot_be_had_is_said(locks: Path, name: str, said: str) -> None:
    """The error names the lock and the reason in one sentence, and the cache stays clean."""
    with pytest.raises(fetch.FetchError, match=rf"(?is)^{said}"):
        fetch.fetch(name, locks=locks)
    cache = fetch.cache_dir()
    assert not cache.exists() or not list(cache.iterdir())


def test_the_cache_is_where_the_variables_say(monkeypatch: pytest.MonkeyPatch) -> None:
    """PERIPLUS_CACHE, then XDG_CACHE_HOME, then the home folder."""
    monkeypatch.setenv("PERIPLUS_CACHE", "/a")
    monkeypatch.setenv("XDG_CACHE_HOME", "/b")
    monkeypatch.setenv("HOME", "/c")
    assert fetch.cache_dir() == Path("/a")
    monkeypatch.delenv("PERIPLUS_CACHE")
    assert fetch.cache_dir() == Path("/b/periplus")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert fetch.cache_dir() == Path("/c/.cache/periplus")
