"""Where the programs come from."""

from pathlib import Path

import pytest

from tools.kubeapi.programs import ProgramMissingError, built_folder, programs, version


def test_a_named_folder_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`KUBEBUILDER_ASSETS` wins over the cache, so that ready programs need no build."""
    for name in ("kube-apiserver", "etcd", "kubectl"):
        (tmp_path / name).touch(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert programs().etcd == tmp_path / "etcd"


def test_a_folder_without_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder that lacks a program is refused with its name, never filled up from elsewhere."""
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    with pytest.raises(ProgramMissingError, match="without an executable `etcd`; unset it"):
        programs()


def test_versions_lie_apart() -> None:
    """The cache keeps a folder for each version that the module file has required."""
    assert version().count(".") == 2
    assert built_folder().name == f"kubernetes-{version()}"
