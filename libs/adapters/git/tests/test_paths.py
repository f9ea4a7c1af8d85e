"""Names of tree entries that nobody should read as a file name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.git.paths import escaped_name, is_escaped


@pytest.mark.parametrize(
    "name",
    ["a.yaml", "cluster1", "über.yaml", ".gitignore", ".github", "a b.yaml", "git~", "日本.yaml"],
)
def test_an_ordinary_name_stays_as_it_is(name: str) -> None:
    """What people call their files is not touched."""
    assert escaped_name(name.encode()) == name


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        pytest.param(b"\xff.yaml", "\\xff.yaml", id="no UTF-8"),
        pytest.param(b"a\\b.yaml", "a\\x5cb.yaml", id="backslash"),
        pytest.param(b"a/b.yaml", "a\\x2fb.yaml", id="slash inside one name"),
        pytest.param(b"a\nb\x1b[31m", "a\\nb\\x1b[31m", id="control characters"),
        pytest.param("a\u202egpj.yaml".encode(), "a\\u202egpj.yaml", id="text that runs backwards"),
        pytest.param(b"..", "\\x2e.", id="parent directory"),
        pytest.param(b".", "\\x2e", id="same directory"),
        pytest.param(b".git", "\\x2egit", id="git's own folder"),
        pytest.param(b".GiT", "\\x2eGiT", id="git's own folder on macOS"),
        pytest.param(b".git. .", "\\x2egit. .", id="git's own folder on Windows"),
        pytest.param(b"git~1", "\\x67it~1", id="its short name on Windows"),
        pytest.param(b".git::$INDEX", "\\x2egit::$INDEX", id="its stream on Windows"),
    ],
)
def test_a_dangerous_name_is_escaped(raw: bytes, shown: str) -> None:
    """The escape shows what is there, and marks it with a backslash."""
    assert escaped_name(raw) == shown
    assert is_escaped(shown)


def test_zero_width_characters_hide_no_git_folder() -> None:
    """A file system that ignores joiners would read this name as `.git`."""
    assert is_escaped(escaped_name(".g\u200cit".encode()))


@given(st.binary(min_size=1, max_size=40))
def test_any_name_becomes_one_printable_segment(raw: bytes) -> None:
    """Whatever bytes git holds, the result is one harmless segment that says if it was changed."""
    shown = escaped_name(raw)
    assert shown.isprintable()
    assert "/" not in shown
    assert shown not in ("", ".", "..")
    assert is_escaped(shown) == (shown.encode() != raw)


@given(st.sets(st.binary(min_size=1, max_size=6), min_size=2, max_size=8))
def test_different_names_stay_different(names: set[bytes]) -> None:
    """An escape never makes two files of one directory look like one."""
    assert len({escaped_name(name) for name in names}) == len(names)
