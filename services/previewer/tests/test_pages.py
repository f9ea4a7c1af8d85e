"""Reports in a folder."""

import json
import os
from pathlib import Path

import pytest

from libs.kernel.ids import PlanHash
from libs.kernel.looperrors import TransientError
from libs.routediff.comment import Found
from services.previewer import pages
from services.previewer.pages import Pages


def test_a_report_lies_under_its_hash(tmp_path: Path) -> None:
    """Its address is the one that is told, and it is whole from the first moment."""
    shelf = Pages(tmp_path / "pages", "https://periplus.example/previews/")
    address = shelf.put(PlanHash("ab"), Found(None, reason="no reason"))
    assert address == "https://periplus.example/previews/ab"
    content = json.loads((tmp_path / "pages" / "ab.json").read_text(encoding="utf-8"))
    assert content == {"title": "Not compared: no reason.", "messages": [], "content": None}
    assert [one.name for one in (tmp_path / "pages").iterdir()] == ["ab.json"]


def test_the_oldest_reports_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder stays as large as its limit says."""
    monkeypatch.setattr(pages, "PAGES_MAX", 2)
    for number in range(4):
        Pages(tmp_path, "").put(PlanHash(str(number)), Found(None))
        os.utime(tmp_path / f"{number}.json", (number, number))
    assert sorted(one.name for one in tmp_path.iterdir()) == ["2.json", "3.json"]


def test_a_folder_that_is_none_is_another_try(tmp_path: Path) -> None:
    """The disk may be full or the mount away; the reason is said."""
    (tmp_path / "file").touch()
    with pytest.raises(TransientError, match="cannot be written"):
        Pages(tmp_path / "file", "").put(PlanHash("ab"), Found(None))
