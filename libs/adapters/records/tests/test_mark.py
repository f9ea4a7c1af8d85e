"""The mark follows the code."""

from pathlib import Path

from libs.adapters.records.mark import code_mark


def test_the_mark_changes_with_the_code_only(tmp_path: Path) -> None:
    """Content, names and versions count; tests and other files do not."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "a.py").write_text("a = 1\n")
    first = code_mark([tmp_path])
    (tmp_path / "notes.txt").write_text("a\n")
    (tmp_path / "tests" / "test_a.py").write_text("a\n")
    assert code_mark([tmp_path]) == first
    assert code_mark([tmp_path], ["2"]) != first
    (tmp_path / "a.py").rename(tmp_path / "b.py")
    renamed = code_mark([tmp_path])
    (tmp_path / "b.py").write_text("a = 2\n")
    assert len({first, renamed, code_mark([tmp_path])}) == 3
