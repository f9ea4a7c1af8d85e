"""Pages with whole previews."""

import json
from pathlib import Path

from fastapi.testclient import TestClient

from libs.fakes.clock import FakeClock
from libs.routediff.tests.contents import content
from services.api.app import application
from services.api.settings import ApiSettings

_PLAN = "a" * 64


def _client(folder: Path) -> TestClient:
    return TestClient(application(ApiSettings(pages=folder), lambda _: None, FakeClock()))


def _put(folder: Path, **changed: str) -> None:
    report = {
        "title": "1 routing change",
        "messages": ["<b>bold</b>"],
        "content": content(**changed),
    }
    (folder / f"{_PLAN}.json").write_text(json.dumps(report), encoding="utf-8")


def test_a_page_says_everything(tmp_path: Path) -> None:
    """Sentences, risks, who decided and what to type."""
    _put(tmp_path)
    answer = _client(tmp_path).get(f"/previews/{_PLAN}")
    assert answer.status_code == 200
    for words in ("1 routing change", "GET /* with", "Gateway a/b", "curl http://a.example/"):
        assert words in answer.text


def test_nothing_that_users_wrote_is_markup(tmp_path: Path) -> None:
    """And if it were, the page may run nothing."""
    _put(tmp_path, summary="<script>alert(1)</script>", command='"><img src=x>')
    answer = _client(tmp_path).get(f"/previews/{_PLAN}")
    assert "<script" not in answer.text
    assert "<img" not in answer.text
    assert "<b>" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_only_hashes_are_names(tmp_path: Path) -> None:
    """No path leads out of the folder."""
    (tmp_path / "secret.json").write_text("{}", encoding="utf-8")
    client = _client(tmp_path)
    for name in ("secret", "..%2fsecret", "b" * 64, "A" * 64):
        assert client.get(f"/previews/{name}").status_code == 404


def test_the_style_sheet_is_there(tmp_path: Path) -> None:
    """From the door itself."""
    answer = _client(tmp_path).get("/style.css")
    assert answer.headers["content-type"].startswith("text/css")
