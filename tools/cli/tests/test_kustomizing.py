"""Commands use the kustomize that the environment names, and none otherwise."""

from pathlib import Path

import pytest

from tools.cli.kustomizing import VARIABLE
from tools.cli.main import main


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A directory that is rendered from a file that is no YAML by its name."""
    (tmp_path / "kustomization.yaml").write_text("namePrefix: x-\nresources: [a.conf]\n")
    (tmp_path / "a.conf").write_text(
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\nspec: {ports: [{port: 80}]}\n"
    )
    return tmp_path


def test_a_named_kustomize_renders(
    folder: Path,
    kustomize_binary: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """All files below the kustomization are there for it."""
    monkeypatch.setenv(VARIABLE, str(kustomize_binary))
    assert main(["render", str(folder), "--provenance"]) == 0
    text = capsys.readouterr().out
    assert "name: x-a" in text
    assert f"# {folder}/kustomization.yaml:1, set default" in text


def test_without_one_the_directory_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rendering needs a program that somebody chose."""
    monkeypatch.delenv(VARIABLE, raising=False)
    assert main(["check", str(folder)]) == 1
    assert f"set PERIPLUS_GITWATCHER_KUSTOMIZE, or {VARIABLE}" in capsys.readouterr().out
